/**
 * Folds scales and shifts per channel: y = s·x + t.
 *
 * BatchNormalization in inference mode (s = scale/√(var + ε), t = bias − s·mean) and sums and products with one
 * constant a channel are joined where they follow each other, and go into the weights of a convolution that
 * nothing else reads: W′[m] = s[m]·W[m], b′ = s·b + t. What is left alone becomes one BatchNormalization. Engines
 * do this to a forward pass; done here, the backward pass has fewer operators as well. Factors are multiplied in
 * float64 and rounded once.
 */
import { type Constant, filled, floats } from '../onnx/constant.ts';
import { float, type Graph, type Node, numberOf } from '../onnx/graph.ts';
import { countReaders } from './count-readers.ts';

interface Affine {
  readonly input: string;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** `keep` names values that must stay in the graph; its outputs stay anyway. */
export function foldScales(graph: Graph, keep: readonly string[] = []): Graph {
  const readers = countReaders(graph);
  const constants = new Map(graph.constants);
  const values = new Map(graph.values);
  const kept = new Set([...keep, ...graph.outputs]);
  const inner = (name: string): boolean => readers.get(name) === 1 && !kept.has(name);
  /** Nodes by output, those that are folded into a later one taken out. */
  const nodes = new Map(graph.nodes.map((node) => [node.outputs[0]!, node]));
  const chains = new Map<string, Affine>();
  const constant = (value: Constant, name: string): string => {
    constants.set(name, value);
    values.set(name, { type: value.type, shape: value.shape });
    return name;
  };
  for (const node of graph.nodes) {
    const output = node.outputs[0]!;
    const own = affineOf(node, graph);
    if (!own) continue;
    const before = inner(own.input) ? chains.get(own.input) : undefined;
    const chain = before ? after(before, own) : own;
    if (before) nodes.delete(own.input);
    chains.set(output, chain);
    const source = inner(chain.input) ? nodes.get(chain.input) : undefined;
    const weight = source?.op === 'Conv' ? constants.get(source.inputs[1]!) : undefined;
    const bias = source?.inputs[2] ? constants.get(source.inputs[2]) : undefined;
    if (source && weight && (bias || !source.inputs[2])) {
      nodes.delete(chain.input);
      const folded = foldIntoWeights(weight, bias, chain);
      const inputs = [
        source.inputs[0]!,
        constant(folded.weight, `${output}_weight`),
        constant(folded.bias, `${output}_bias`),
      ];
      nodes.set(output, { ...source, inputs, outputs: [output] });
      chains.delete(output);
    } else if (before) {
      nodes.set(output, normalization(chain, output, constant));
    }
  }
  return {
    ...graph,
    nodes: graph.nodes.flatMap(({ outputs }) => nodes.get(outputs[0]!) ?? []),
    constants,
    values,
  };
}

/** The node as y = s·x + t along axis 1, where it is that. */
function affineOf(node: Node, graph: Graph): Affine | undefined {
  const [left, right] = node.inputs as [string, string];
  const shape = graph.values.get(node.outputs[0]!)!.shape;
  const channels = shape[1] ?? 0;
  if (shape.length < 3) return undefined;
  if (node.op === 'BatchNormalization') return normalizationOf(node, graph);
  if (node.op !== 'Mul' && node.op !== 'Add') return undefined;
  const [input, factor] = graph.constants.has(left) ? [right, left] : [left, right];
  const constant = graph.constants.get(factor);
  const list = constant && perChannel(constant, shape.length, channels);
  if (!list || graph.values.get(input)!.shape[1] !== channels) return undefined;
  const neutral = new Float64Array(channels).fill(node.op === 'Mul' ? 0 : 1);
  return node.op === 'Mul' ? { input, scale: list, shift: neutral } : { input, scale: neutral, shift: list };
}

function normalizationOf(node: Node, graph: Graph): Affine | undefined {
  const [input, ...names] = node.inputs as [string, ...string[]];
  const parts = names.map((name) => graph.constants.get(name)?.data);
  if (parts.some((part) => !part)) return undefined;
  const [gain, bias, mean, variance] = parts as [Float32Array, Float32Array, Float32Array, Float32Array];
  const epsilon = numberOf(node, 'epsilon', 1e-5);
  const scale = Float64Array.from(gain, (value, at) => value / Math.sqrt(variance[at]! + epsilon));
  return { input, scale, shift: Float64Array.from(bias, (value, at) => value - scale[at]! * mean[at]!) };
}

/** One value a channel, where the constant holds one value or one a channel of a value of this rank. */
function perChannel({ shape, data }: Constant, rank: number, channels: number): Float64Array | undefined {
  if (data.length === 1 && shape.length <= rank) return new Float64Array(channels).fill(data[0]!);
  const axis = shape.length - (rank - 1);
  const fits = shape.length <= rank && shape[axis] === channels && data.length === channels;
  return fits ? Float64Array.from(data) : undefined;
}

function after(first: Affine, second: Affine): Affine {
  return {
    input: first.input,
    scale: second.scale.map((value, at) => value * first.scale[at]!),
    shift: second.shift.map((value, at) => value + second.scale[at]! * first.shift[at]!),
  };
}

function foldIntoWeights(
  weight: Constant,
  bias: Constant | undefined,
  { scale, shift }: Affine,
): { readonly weight: Constant; readonly bias: Constant } {
  const perOutput = weight.data.length / scale.length;
  const scaled = new Float32Array(weight.data.length);
  scale.forEach((factor, channel) => {
    const end = (channel + 1) * perOutput;
    for (let at = channel * perOutput; at < end; at++) scaled[at] = factor * weight.data[at]!;
  });
  return {
    weight: floats(scaled, weight.shape),
    bias: floats(Float32Array.from(shift, (value, at) => value + scale[at]! * (bias?.data[at] ?? 0))),
  };
}

/** Mean 0 and variance 1, so that scale and shift are the node's own. */
function normalization(
  { input, scale, shift }: Affine,
  output: string,
  constant: (value: Constant, name: string) => string,
): Node {
  const count = scale.length;
  const named: [string, Constant][] = [
    ['scale', floats(Float32Array.from(scale))],
    ['shift', floats(Float32Array.from(shift))],
    ['mean', filled(0, [count])],
    ['variance', filled(1, [count])],
  ];
  const inputs = named.map(([role, value]) => constant(value, `${output}_${role}`));
  return {
    op: 'BatchNormalization',
    domain: '',
    inputs: [input, ...inputs],
    outputs: [output],
    attributes: { epsilon: float(0) },
  };
}

/**
 * The softmax or sigmoid that a model's output comes out of, in its lowered graph: the operator itself, or a softmax
 * spelled out as exp(z) / Σ exp(z), with or without the maximum taken off z first.
 *
 * What follows it and keeps probabilities what they are is looked through: Reshape and Transpose (what Squeeze, Flatten
 * and the like become), and Clip to bounds outside of about 0 to 1.
 */
import type { Graph, Node } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

export interface LastActivation {
  readonly kind: 'softmax' | 'sigmoid' | 'log-softmax';
  /** The value that enters it: the logits. */
  readonly logits: string;
  /** What moves its result to the output, in order. */
  readonly moves: readonly Node[];
}

/** Bounds that exporters and training code put around probabilities (1e-7 … 1 − 1e-7) change no more than this. */
const MARGIN = 0.01;

/** Undefined where the output comes out of anything else. */
export function lastActivation(graph: Graph, output: string): LastActivation | undefined {
  const moves: Node[] = [];
  let clipped = false;
  for (let name = output; ; ) {
    const node = producerOf(graph, name);
    if (!node) return undefined;
    const found = activationAt(graph, node);
    if (found) return clipped && found.kind === 'log-softmax' ? undefined : { ...found, moves };
    if (node.op === 'Reshape' || node.op === 'Transpose') moves.unshift(node);
    else if (keepsProbabilities(graph, node)) clipped = true;
    else return undefined;
    name = node.inputs[0]!;
  }
}

/** The logits, moved as the probabilities are, so that classes keep their order. */
export const movedLogits = (builder: GraphBuilder, { logits, moves }: LastActivation): string =>
  moves.reduce(
    (value, { op, inputs, attributes }) => builder.op(op, [value, ...inputs.slice(1)], attributes),
    logits,
  );

function activationAt(graph: Graph, node: Node): Pick<LastActivation, 'kind' | 'logits'> | undefined {
  const logits = node.inputs[0]!;
  if (node.op === 'Softmax') return { kind: 'softmax', logits };
  if (node.op === 'Sigmoid') return { kind: 'sigmoid', logits };
  if (node.op === 'LogSoftmax') return { kind: 'log-softmax', logits };
  return node.op === 'Div' ? spelledSoftmax(graph, node) : undefined;
}

/** exp(z) / Σ exp(z) */
function spelledSoftmax(graph: Graph, { inputs: [above, below] }: Node): ReturnType<typeof activationAt> {
  const exponential = producerOf(graph, above!);
  const sum = producerBehind(graph, below!, ['Reshape']);
  if (exponential?.op !== 'Exp' || sum?.op !== 'ReduceSum' || sum.inputs[0] !== above) return undefined;
  const shifted = exponential.inputs[0]!;
  return { kind: 'softmax', logits: beforeMaximum(graph, shifted) };
}

/** x where `shifted` is x − max(x), else `shifted` itself. */
function beforeMaximum(graph: Graph, shifted: string): string {
  const difference = producerOf(graph, shifted);
  if (difference?.op !== 'Sub') return shifted;
  const [whole, taken] = difference.inputs as [string, string];
  const maximum = producerBehind(graph, taken, ['Reshape', 'Transpose']);
  if (maximum?.op !== 'MaxPool') return shifted;
  const pooled = producerBehind(graph, maximum.inputs[0]!, ['Reshape', 'Transpose'], whole);
  return pooled?.outputs.includes(whole) ? whole : shifted;
}

/** The producer of `name`, or of what it was moved from by the operators named; `until` ends the search. */
function producerBehind(
  graph: Graph,
  name: string,
  moves: readonly string[],
  until?: string,
): Node | undefined {
  const node = producerOf(graph, name);
  return node && name !== until && moves.includes(node.op)
    ? producerBehind(graph, node.inputs[0]!, moves, until)
    : node;
}

function keepsProbabilities(graph: Graph, { op, inputs }: Node): boolean {
  if (op === 'Relu') return true;
  if (op !== 'Clip') return false;
  const [low, high] = inputs.slice(1).map((name) => graph.constants.get(name)?.data[0]);
  return low !== undefined && low <= MARGIN && high !== undefined && high >= 1 - MARGIN;
}

const producerOf = (graph: Graph, name: string): Node | undefined =>
  graph.nodes.find(({ outputs }) => outputs.includes(name));

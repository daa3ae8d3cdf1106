/**
 * Operations on a gradient that a convolution has just computed, done on its weights instead.
 *
 * The input gradient of a convolution is itself a convolution with constant weights, without bias. A scale per
 * channel, or a cut along channels, of its result is the same convolution with scaled, or fewer, kernels; and
 * a mask in between does not mind a scale. The first convolution is left out of the graph when nothing reads it.
 */
import { type Constant, floats } from '../../onnx/constant.ts';
import { type Node, numberOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';

/** scale[c]·value[:, c], or undefined where `value` does not come from a convolution. */
export function scaledThroughWeights(
  graph: GraphBuilder,
  value: string,
  scale: ArrayLike<number>,
): string | undefined {
  const node = producerOf(graph, value);
  if (node?.op === 'Mul') {
    const [product, mask] = node.inputs as [string, string];
    const whole = graph.shape(product).every((extent, axis) => extent === graph.shape(value)[axis]);
    const scaled = whole ? scaledThroughWeights(graph, product, scale) : undefined;
    return scaled && graph.op('Mul', [scaled, mask]);
  }
  const weight = node && weightOf(graph, node);
  if (!node || !weight) return undefined;
  const perOutput = weight.data.length / weight.shape[0]!;
  const data = new Float32Array(weight.data.length);
  for (let channel = 0; channel < weight.shape[0]!; channel++) {
    const end = (channel + 1) * perOutput;
    for (let at = channel * perOutput; at < end; at++) data[at] = scale[channel]! * weight.data[at]!;
  }
  return convolved(graph, node, floats(data, weight.shape));
}

/** value[:, begin…end − 1], or undefined where `value` does not come from an ungrouped convolution. */
export function cutThroughWeights(
  graph: GraphBuilder,
  value: string,
  begin: number,
  end: number,
): string | undefined {
  const node = producerOf(graph, value);
  const weight = node && numberOf(node, 'group', 1) === 1 && weightOf(graph, node);
  if (!node || !weight) return undefined;
  const perOutput = weight.data.length / weight.shape[0]!;
  const data = Float32Array.from(weight.data.subarray(begin * perOutput, end * perOutput));
  return convolved(graph, node, floats(data, [end - begin, ...weight.shape.slice(1)]));
}

const producerOf = (graph: GraphBuilder, value: string): Node | undefined =>
  graph.nodes.findLast(({ outputs }) => outputs[0] === value);

function weightOf(graph: GraphBuilder, { op, inputs }: Node): Constant | undefined {
  return op === 'Conv' && inputs.length === 2 ? graph.constantOf(inputs[1]) : undefined;
}

function convolved(graph: GraphBuilder, node: Node, weight: Constant): string {
  return graph.op('Conv', [node.inputs[0]!, graph.constant(weight, 'weight')], node.attributes);
}

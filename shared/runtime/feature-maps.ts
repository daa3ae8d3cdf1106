/**
 * Which values of a graph are feature maps, and the last of them.
 *
 * The default for Grad-CAM is the last convolution's output (of more than one pixel) after whatever is done to it pixel by pixel
 * (normalization, residual sum, activation): the last [N, C, h, w] value with that convolution's extents.
 */
import { sameShape } from '../onnx/broadcast.ts';
import type { Graph } from '../onnx/graph.ts';
import { elementCount } from '../tensor/tensor.ts';

/** Names in `graph` of values [N, C, h, w], in order, ending with the default. Empty without convolutions. */
export function featureMapsOf(graph: Graph, input: string): readonly string[] {
  const dependent = new Set([input]);
  const maps: string[] = [];
  let extents: readonly number[] = [];
  for (const { op, inputs, outputs } of graph.nodes) {
    if (!inputs.some((name) => dependent.has(name))) continue;
    for (const name of outputs) dependent.add(name);
    const shape = graph.values.get(outputs[0]!)!.shape;
    if (shape.length !== 4) continue;
    if (op === 'Conv' && elementCount(shape.slice(2)) > 1) extents = shape.slice(2);
    if (extents.length > 0) maps.push(outputs[0]!);
  }
  const last = maps.findLastIndex((name) => sameShape(graph.values.get(name)!.shape.slice(2), extents));
  return maps.slice(0, last + 1);
}

/** The gradient of broadcasting: sum over the repeated axes, back to the shape that was broadcast. */
import { broadcastAxes, sameShape } from '../onnx/broadcast.ts';
import { int } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

/** `gradient` summed to `shape`, which must broadcast to the gradient's own shape. */
export function sumTo(graph: GraphBuilder, gradient: string, shape: readonly number[]): string {
  const from = graph.shape(gradient);
  if (sameShape(from, shape)) return gradient;
  const axes = broadcastAxes(shape, from);
  const summed =
    axes.length === 0
      ? gradient
      : graph.op('ReduceSum', [gradient, graph.vector(axes)], { keepdims: int(1) });
  return sameShape(graph.shape(summed), shape) ? summed : graph.op('Reshape', [summed, graph.vector(shape)]);
}

/** `value` repeated to `shape`: the gradient of a sum. */
export function spreadTo(graph: GraphBuilder, value: string, shape: readonly number[]): string {
  return sameShape(graph.shape(value), shape) ? value : graph.op('Expand', [value, graph.vector(shape)]);
}

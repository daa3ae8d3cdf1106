/**
 * Gradient of convolution with respect to its weights.
 *
 * dW[m, c, tap] = Σ_{n, pixel} dY[n, m, pixel] · X[n, c, pixel shifted by tap]: one batched matrix product per
 * tap, or, where the input has few channels, one product over all taps side by side.
 */

import { int, ints } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Window } from '../../onnx/window.ts';
import { elementCount } from '../../tensor/tensor.ts';

/** Below this many channels a product per tap is too thin. */
const FEW_CHANNELS = 16;

/** image [N, C, ...in], upstream [N, M, ...out] -> [M, C/group, ...kernel]. */
export function weightGradient(
  graph: GraphBuilder,
  image: string,
  upstream: string,
  window: Window,
  group: number,
): string {
  const [n, channels] = graph.shape(image) as [number, number];
  const [, m, ...counts] = graph.shape(upstream) as [number, number, ...number[]];
  const pixels = elementCount(counts);
  const c = channels / group;
  const shifted = shiftedImages(graph, image, counts, window);
  const rows = graph.op('Reshape', [upstream, graph.vector([n, group, m / group, pixels])]);
  const columns = (value: string, width: number): string => {
    if (group === 1) return graph.op('Reshape', [value, graph.vector([n, 1, pixels, width])]);
    const apart = graph.op('Reshape', [value, graph.vector([n, pixels, group, width])]);
    return graph.op('Transpose', [apart], { perm: ints([0, 2, 1, 3]) });
  };
  const taps = elementCount(window.kernel);
  const shape = graph.vector([m, c, ...window.kernel]);
  if (group === 1 && c < FEW_CHANNELS) {
    const beside = taps === 1 ? shifted[0]! : graph.op('Concat', shifted, { axis: int(counts.length + 1) });
    const total = sumOverBatch(graph, graph.op('MatMul', [rows, columns(beside, taps * c)]));
    const apart = graph.op('Reshape', [total, graph.vector([m, taps, c])]);
    return graph.op('Reshape', [graph.op('Transpose', [apart], { perm: ints([0, 2, 1]) }), shape]);
  }
  const products = shifted.map((value) => {
    const total = sumOverBatch(graph, graph.op('MatMul', [rows, columns(value, c)]));
    return graph.op('Reshape', [total, graph.vector([m, c, 1])]);
  });
  const joined = taps === 1 ? products[0]! : graph.op('Concat', products, { axis: int(2) });
  return graph.op('Reshape', [joined, shape]);
}

function sumOverBatch(graph: GraphBuilder, value: string): string {
  return graph.op('ReduceSum', [value, graph.vector([0])], { keepdims: int(0) });
}

/** The padded image, channels last, cut for every tap to the pixels that the output sees: [N, ...out, C]. */
function shiftedImages(
  graph: GraphBuilder,
  image: string,
  counts: readonly number[],
  { kernel, strides, dilations, pads }: Window,
): string[] {
  const rank = counts.length;
  const order = [0, ...counts.map((_, axis) => axis + 2), 1];
  const last = graph.op('Transpose', [image], { perm: ints(order) });
  const borders = [0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank), 0];
  const padded = pads.some((pad) => pad > 0)
    ? graph.op('Pad', [last, graph.vector(borders), graph.scalar(0)])
    : last;
  const axes = counts.map((_, axis) => axis + 1);
  return Array.from({ length: elementCount(kernel) }, (_, tap) => {
    const begins = tapOffsets(tap, kernel).map((offset, axis) => offset * dilations[axis]!);
    const ends = begins.map((begin, axis) => begin + (counts[axis]! - 1) * strides[axis]! + 1);
    const lists = [begins, ends, axes, strides].map((list) => graph.vector(list));
    return graph.op('Slice', [padded, ...lists]);
  });
}

function tapOffsets(tap: number, kernel: readonly number[]): number[] {
  let rest = tap;
  return kernel
    .toReversed()
    .map((extent) => {
      const offset = rest % extent;
      rest = (rest - offset) / extent;
      return offset;
    })
    .reverse();
}

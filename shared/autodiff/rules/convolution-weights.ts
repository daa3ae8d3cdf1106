/**
 * Gradient of convolution with respect to its weights.
 *
 * dW[m, c, tap] = Σ_{n, pixel} dY[n, m, pixel] · X[n, c, pixel shifted by tap]: one batched matrix product per
 * tap, or, where the input has few channels, one product over all taps side by side. Where the products hold more
 * numbers than the image (many channels, few pixels), the batch is folded into the summed axis instead.
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
  const channels = graph.shape(image)[1]!;
  if (group === 1 && channels < FEW_CHANNELS) return tapsAtOnce(graph, image, upstream, window);
  const pixels = elementCount(graph.shape(upstream).slice(2));
  const folded = group === 1 && elementCount(window.kernel) * channels > pixels;
  return folded
    ? tapByTapFolded(graph, image, upstream, window)
    : tapByTap(graph, image, upstream, window, group);
}

/** dY [N, M, P] times the transpose of all shifted images stacked, [N, taps·C, P]. */
function tapsAtOnce(graph: GraphBuilder, image: string, upstream: string, window: Window): string {
  const [n, c] = graph.shape(image) as [number, number];
  const [, m, ...counts] = graph.shape(upstream) as [number, number, ...number[]];
  const taps = elementCount(window.kernel);
  const shifted = shiftedImages(graph, image, counts, window, 2);
  const stacked = taps === 1 ? shifted[0]! : graph.op('Concat', shifted, { axis: int(1) });
  const columns = graph.op('Reshape', [stacked, graph.vector([n, taps * c, elementCount(counts)])]);
  const rows = graph.op('Reshape', [upstream, graph.vector([n, m, elementCount(counts)])]);
  const product = graph.op('MatMul', [rows, graph.op('Transpose', [columns], { perm: ints([0, 2, 1]) })]);
  const apart = graph.op('Reshape', [sumOverBatch(graph, product), graph.vector([m, taps, c])]);
  const ordered = graph.op('Transpose', [apart], { perm: ints([0, 2, 1]) });
  return graph.op('Reshape', [ordered, graph.vector([m, c, ...window.kernel])]);
}

/** For each tap dY [N, g, M/g, P] times the shifted image, channels last, [N, g, P, C/g]. */
function tapByTap(
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
  const order = [0, ...counts.map((_, axis) => axis + 2), 1];
  const channelsLast = graph.op('Transpose', [image], { perm: ints(order) });
  const rows = graph.op('Reshape', [upstream, graph.vector([n, group, m / group, pixels])]);
  const products = shiftedImages(graph, channelsLast, counts, window, 1).map((shifted) => {
    const columns = columnsOf(graph, shifted, [n, pixels, group, c]);
    const total = sumOverBatch(graph, graph.op('MatMul', [rows, columns]));
    return graph.op('Reshape', [total, graph.vector([m, c, 1])]);
  });
  return joinTaps(graph, products, [m, c, ...window.kernel]);
}

/** For each tap dY [M, N·P] times the shifted image, channels last, [N·P, C]. */
function tapByTapFolded(graph: GraphBuilder, image: string, upstream: string, window: Window): string {
  const [n, c] = graph.shape(image) as [number, number];
  const [, m, ...counts] = graph.shape(upstream) as [number, number, ...number[]];
  const summed = n * elementCount(counts);
  const axes = counts.map((_, axis) => axis + 2);
  const channelsLast = graph.op('Transpose', [image], { perm: ints([0, ...axes, 1]) });
  const channelsFirst = graph.op('Transpose', [upstream], { perm: ints([1, 0, ...axes]) });
  const rows = graph.op('Reshape', [channelsFirst, graph.vector([m, summed])]);
  const products = shiftedImages(graph, channelsLast, counts, window, 1).map((shifted) => {
    const columns = graph.op('Reshape', [shifted, graph.vector([summed, c])]);
    const product = graph.op('MatMul', [rows, columns]);
    return graph.op('Reshape', [product, graph.vector([m, c, 1])]);
  });
  return joinTaps(graph, products, [m, c, ...window.kernel]);
}

function joinTaps(graph: GraphBuilder, products: readonly string[], shape: readonly number[]): string {
  const joined = products.length === 1 ? products[0]! : graph.op('Concat', products, { axis: int(2) });
  return graph.op('Reshape', [joined, graph.vector(shape)]);
}

/** [N, ...out, C] -> [N, g, P, C/g]. */
function columnsOf(
  graph: GraphBuilder,
  shifted: string,
  [n, pixels, group, c]: readonly [number, number, number, number],
): string {
  if (group === 1) return graph.op('Reshape', [shifted, graph.vector([n, 1, pixels, c])]);
  const apart = graph.op('Reshape', [shifted, graph.vector([n, pixels, group, c])]);
  return graph.op('Transpose', [apart], { perm: ints([0, 2, 1, 3]) });
}

function sumOverBatch(graph: GraphBuilder, value: string): string {
  return graph.op('ReduceSum', [value, graph.vector([0])], { keepdims: int(0) });
}

/** The padded image cut for every tap to the pixels that the output sees; `first` is its first spatial axis. */
function shiftedImages(
  graph: GraphBuilder,
  image: string,
  counts: readonly number[],
  { kernel, strides, dilations, pads }: Window,
  first: number,
): string[] {
  const rank = counts.length;
  const before = new Array<number>(first).fill(0);
  const after = new Array<number>(2 - first).fill(0);
  const borders = [...before, ...pads.slice(0, rank), ...after, ...before, ...pads.slice(rank), ...after];
  const padded = pads.some((pad) => pad > 0)
    ? graph.op('Pad', [image, graph.vector(borders), graph.scalar(0)])
    : image;
  const axes = counts.map((_, axis) => axis + first);
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

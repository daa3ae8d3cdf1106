/**
 * The input gradient of a convolution that reads few channels: the image itself.
 *
 * Engines compute output channels in blocks, so a gradient of 3 channels wastes most of the work. Here blocks of
 * bh×bw pixels are computed as channels. With stride s and pads P, pixel b·i + p gets, along each axis,
 *   dX[b·i + p] = Σ_τ W[p + P − s·τ] · dY[(b/s)·i + τ]
 * (b a multiple of s, taps outside the kernel are 0): a convolution of stride b/s whose kernels hold the taps of
 * each phase p, followed by a weave of the phases. It also takes the place of a transposed convolution.
 */
import { type Constant, floats } from '../../onnx/constant.ts';
import { int, ints } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { type Window, windowAttributes } from '../../onnx/window.ts';

/** Channels of half a block at least; kernels for fewer than two such groups run no faster than for two. */
const CHANNEL_GROUP = 8;
const LARGEST_BLOCK = 8;
/** What weaving columns costs, in multiply-adds a pixel; rows are woven by copies of whole rows. */
const COLUMN_WEAVE = 700;

type Pair = readonly [number, number];

/** Taps along one axis: τ from `first`, `count` of them, of a convolution of stride `step`. */
interface Taps {
  readonly first: number;
  readonly count: number;
  readonly step: number;
  /** Zeros needed after the upstream's end; negative where its last values are not reached. */
  readonly after: number;
}

function tapsOf(
  b: number,
  kernel: number,
  stride: number,
  pad: number,
  extent: number,
  counts: number,
): Taps {
  const first = Math.ceil((pad - kernel + 1) / stride);
  const last = Math.floor((b - 1 + pad) / stride);
  const after = (extent / b - 1) * (b / stride) + last - (counts - 1);
  return { first, count: last - first + 1, step: b / stride, after };
}

/** Everything about the convolution whose input gradient is wanted. */
export interface FewChannels {
  /** [M, C, kh, kw] */
  readonly weight: Constant;
  readonly strides: Pair;
  /** Pads at the begin of each axis. */
  readonly pads: Pair;
  /** Extents of the image and of the upstream gradient. */
  readonly extents: Pair;
  readonly counts: Pair;
}

/** The block that costs least; undefined where blocks do not pay or do not fit. */
export function bestBlock(given: FewChannels): Pair | undefined {
  const [m, channels, kh, kw] = given.weight.shape as [number, number, number, number];
  const plain = Math.max(2, Math.ceil(channels / CHANNEL_GROUP)) * CHANNEL_GROUP * kh * kw * m;
  const transposed = given.strides.some((stride) => stride > 1);
  let best: { readonly block: Pair; readonly cost: number } | undefined;
  for (let bh = given.strides[0]; bh <= LARGEST_BLOCK; bh += given.strides[0]) {
    for (let bw = given.strides[1]; bw <= LARGEST_BLOCK; bw += given.strides[1]) {
      if (bh * bw === 1 || given.extents[0] % bh > 0 || given.extents[1] % bw > 0) continue;
      const [rows, columns] = bothTaps(given, [bh, bw]);
      if ([rows, columns].some(({ first, after }) => first > 0 || after < 0)) continue;
      const groups = Math.max(2, Math.ceil((channels * bh * bw) / CHANNEL_GROUP));
      const work = (rows.count * columns.count * groups * CHANNEL_GROUP * m) / (bh * bw);
      const cost = work + (bw > 1 ? COLUMN_WEAVE : 0);
      if (cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { block: [bh, bw], cost };
    }
  }
  return best && (transposed || best.cost < plain) ? best.block : undefined;
}

function bothTaps(
  { weight, strides, pads, extents, counts }: FewChannels,
  block: Pair,
): readonly [Taps, Taps] {
  const along = (axis: 0 | 1): Taps =>
    tapsOf(block[axis], weight.shape[axis + 2]!, strides[axis], pads[axis], extents[axis], counts[axis]);
  return [along(0), along(1)];
}

/** [N, bh·bw·C, H/bh, W/bw]: the phases of the gradient, (p, q, c) in row-major order along the channels. */
export function blockPhases(graph: GraphBuilder, upstream: string, given: FewChannels, block: Pair): string {
  const [m, channels, kh, kw] = given.weight.shape as [number, number, number, number];
  const [rows, columns] = bothTaps(given, block);
  const spread = new Float32Array(block[0] * block[1] * channels * m * rows.count * columns.count);
  let at = 0;
  for (let p = 0; p < block[0]; p++) {
    for (let q = 0; q < block[1]; q++) {
      for (let plane = 0; plane < channels * m; plane++) {
        const [channel, source] = [Math.floor(plane / m), plane % m];
        for (let tap = 0; tap < rows.count * columns.count; tap++, at++) {
          const r = p + given.pads[0] - given.strides[0] * (rows.first + Math.floor(tap / columns.count));
          const s = q + given.pads[1] - given.strides[1] * (columns.first + (tap % columns.count));
          if (r < 0 || s < 0 || r >= kh || s >= kw) continue;
          spread[at] = given.weight.data[((source * channels + channel) * kh + r) * kw + s]!;
        }
      }
    }
  }
  const shape = [block[0] * block[1] * channels, m, rows.count, columns.count];
  const window: Window = {
    kernel: [rows.count, columns.count],
    strides: [rows.step, columns.step],
    dilations: [1, 1],
    pads: [-rows.first, -columns.first, rows.after, columns.after],
  };
  const weight = graph.constant(floats(spread, shape), 'blockwise');
  return graph.op('Conv', [upstream, weight], { ...windowAttributes(window), group: int(1) });
}

/** Phases [N, bh·bw·C, h, w] -> [N, C, bh·h, bw·w]: rows first, then columns where there are phases of them. */
export function weave(graph: GraphBuilder, phases: string, [bh, bw]: Pair): string {
  const [n, all, h, w] = graph.shape(phases) as [number, number, number, number];
  const channels = all / (bh * bw);
  const apart = graph.op('Reshape', [phases, graph.vector([n, bh, bw, channels, h, w])]);
  const rows = graph.op('Transpose', [apart], { perm: ints([0, 3, 4, 1, 2, 5]) });
  const target = graph.vector([n, channels, bh * h, bw * w]);
  if (bw === 1) return graph.op('Reshape', [rows, target]);
  const lines = graph.op('Reshape', [rows, graph.vector([n * channels * h * bh, bw, w])]);
  return graph.op('Reshape', [graph.op('Transpose', [lines], { perm: ints([0, 2, 1]) }), target]);
}

/**
 * The input gradient of a stride-1 convolution that reads few channels: the image itself.
 *
 * Engines compute output channels in blocks of 16, so a gradient of 3 channels wastes most of the work. Here
 * blocks of b×b pixels are computed as channels: phase (p, q), channel c of output pixel (i, j) is
 *   dX[c, b·i + p, b·j + q] = Σ_m Σ_{r,s} turned[c, m, r − p, s − q] · dY[m, b·i + r − P, b·j + s − P]
 * which is a convolution of stride b with kernels of k + b − 1, followed by DepthToSpace.
 */
import { type Constant, floats } from '../../onnx/constant.ts';
import { int, text } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { windowAttributes } from '../../onnx/window.ts';

const CHANNEL_BLOCK = 16;
const LARGEST_BLOCK = 8;

/** Multiply-adds per pixel and upstream channel when b×b pixels are computed at once. */
function costOf(b: number, channels: number, [height, width]: readonly [number, number]): number {
  const padded = Math.ceil((channels * b * b) / CHANNEL_BLOCK) * CHANNEL_BLOCK;
  return ((height + b - 1) * (width + b - 1) * padded) / (b * b);
}

/** The best block side for these extents; 1 where blocks do not pay. */
export function blockSide(
  channels: number,
  kernel: readonly [number, number],
  extents: readonly [number, number],
): number {
  let best = 1;
  for (let b = 2; b <= LARGEST_BLOCK; b++) {
    const fits = extents.every((extent) => extent % b === 0);
    if (fits && costOf(b, channels, kernel) < costOf(best, channels, kernel)) best = b;
  }
  return best;
}

/** `turned` [C, M, kh, kw] holds the kernels already turned; `pads` are those of the plain gradient. */
export function blockwiseGradient(
  graph: GraphBuilder,
  upstream: string,
  turned: Constant,
  pads: readonly number[],
  b: number,
): string {
  const [channels, m, kh, kw] = turned.shape as [number, number, number, number];
  const [height, width] = [kh + b - 1, kw + b - 1];
  const spread = new Float32Array(b * b * channels * m * height * width);
  for (let phase = 0; phase < b * b; phase++) {
    const [p, q] = [Math.floor(phase / b), phase % b];
    for (let plane = 0; plane < channels * m; plane++) {
      for (let tap = 0; tap < kh * kw; tap++) {
        const row = Math.floor(tap / kw) + p;
        const column = (tap % kw) + q;
        spread[((phase * channels * m + plane) * height + row) * width + column] =
          turned.data[plane * kh * kw + tap]!;
      }
    }
  }
  const weight = graph.constant(floats(spread, [b * b * channels, m, height, width]), 'blockwise');
  const window = { kernel: [height, width], strides: [b, b], dilations: [1, 1], pads };
  const phases = graph.op('Conv', [upstream, weight], { ...windowAttributes(window), group: int(1) });
  return graph.op('DepthToSpace', [phases], { blocksize: int(b), mode: text('DCR') });
}

import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { differentiate } from '../../../shared/autodiff/differentiate.ts';
import { floats } from '../../../shared/onnx/constant.ts';
import { int } from '../../../shared/onnx/graph.ts';
import { GraphBuilder } from '../../../shared/onnx/graph-builder.ts';
import { windowAttributes } from '../../../shared/onnx/window.ts';
import { writeModel } from '../../../shared/onnx/write-model.ts';
import { indices } from './twin/array.ts';
import { uniform } from './uniform.ts';

const [MAPS, HEIGHT, WIDTH] = [16, 8, 12];

interface ConvCase {
  readonly channels: number;
  readonly kernel: number;
}

/** Small whole numbers: sums are exact, and many windows hold their maximum more than once. */
function wholeNumbers(count: number, next: () => number): Float32Array {
  return Float32Array.from({ length: count }, () => Math.round(1.4 * next()));
}

/** The gradient by its definition: each window's share to its first maximum, then through every kernel tap. */
function literal(
  image: Float32Array,
  weight: Float32Array,
  upstream: Float32Array,
  given: ConvCase,
): number[] {
  const { channels, kernel } = given;
  const pad = kernel >> 1;
  const taps = indices([channels, kernel, kernel]);
  const inside = (y: number, x: number): boolean => y >= 0 && x >= 0 && y < HEIGHT && x < WIDTH;
  const place = (c: number, y: number, x: number): number => (c * HEIGHT + y) * WIDTH + x;
  const value = (m: number, y: number, x: number): number =>
    taps.reduce((sum, [c, r, s], tap) => {
      const [row, column] = [y + r! - pad, x + s! - pad];
      return inside(row, column)
        ? sum + weight[m * taps.length + tap]! * image[place(c!, row, column)]!
        : sum;
    }, 0);
  const result = new Array<number>(image.length).fill(0);
  indices([MAPS, HEIGHT / 2, WIDTH / 2]).forEach(([m, i, j], window) => {
    const corners = indices([2, 2]).map(([r, s]) => [2 * i! + r!, 2 * j! + s!] as const);
    const values = corners.map(([y, x]) => value(m!, y, x));
    const [y, x] = corners[values.indexOf(Math.max(...values))]!;
    taps.forEach(([c, r, s], tap) => {
      const [row, column] = [y + r! - pad, x + s! - pad];
      if (inside(row, column)) {
        result[place(c!, row, column)]! += upstream[window]! * weight[m! * taps.length + tap]!;
      }
    });
  });
  return result;
}

describe('the gradient of an image through a convolution and a 2×2 max-pool', () => {
  it.each<ConvCase>([
    { channels: 3, kernel: 3 },
    { channels: 1, kernel: 3 },
    { channels: 2, kernel: 5 },
    { channels: 3, kernel: 1 },
  ])(
    'is that of the definition, ties to the first maximum: $channels channels, kernels of $kernel',
    async (given) => {
      const next = uniform(3);
      const { channels, kernel } = given;
      const pixels = wholeNumbers(channels * HEIGHT * WIDTH, next);
      const weights = wholeNumbers(MAPS * channels * kernel * kernel, next);
      const shares = wholeNumbers((MAPS * HEIGHT * WIDTH) / 4, next);
      const builder = new GraphBuilder();
      const shape = [1, channels, HEIGHT, WIDTH];
      const image = builder.input('image', shape);
      const weight = builder.constant(floats(weights, [MAPS, channels, kernel, kernel]));
      const window = (size: number, stride: number, pad: number) =>
        windowAttributes({
          kernel: [size, size],
          strides: [stride, stride],
          dilations: [1, 1],
          pads: [pad, pad, pad, pad],
        });
      const maps = builder.op('Conv', [image, weight], { ...window(kernel, 1, kernel >> 1), group: int(1) });
      const pooled = builder.op('MaxPool', [maps], window(2, 2, 0));
      const seedShape = builder.shape(pooled);
      const { builder: extended, gradients } = differentiate(builder.build([pooled]), pooled, [image], (b) =>
        b.input('seed', seedShape),
      );
      const gradient = gradients.get(image)!;
      const graph = extended.build([gradient]);
      expect(graph.nodes.some(({ op }) => op === 'MaxUnpool')).toBe(kernel === 1);
      const session = await createOnnxRuntimeRunner({ threads: 1 }).load(writeModel(graph));
      const results = await session.run({
        image: { shape, data: pixels },
        seed: { shape: seedShape, data: shares },
      });
      await session.release();
      const expected = literal(pixels, weights, shares, given).map((value) => value + 0);
      expect([...results[gradient]!.data].map((value) => value + 0)).toEqual(expected);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { differentiate } from '../../../shared/autodiff/differentiate.ts';
import { RULES_WITHOUT_INDICES } from '../../../shared/autodiff/rules/max-pool-by-taps.ts';
import { GraphBuilder } from '../../../shared/onnx/graph-builder.ts';
import { windowAttributes } from '../../../shared/onnx/window.ts';
import { writeModel } from '../../../shared/onnx/write-model.ts';
import { indices } from './twin/array.ts';
import { uniform } from './uniform.ts';

interface PoolCase {
  readonly name: string;
  readonly extents: readonly [number, number];
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

const CASES: readonly PoolCase[] = [
  { name: '2×2 windows side by side', extents: [8, 6], kernel: 2, stride: 2, pad: 0 },
  { name: '2×2 windows that leave a border', extents: [7, 5], kernel: 2, stride: 2, pad: 0 },
  { name: 'overlapping 3×3 windows', extents: [8, 7], kernel: 3, stride: 2, pad: 1 },
];

/** Gives each window's share to the first greatest pixel, in row-major order. */
function literal(
  image: Float32Array,
  upstream: Float32Array,
  given: PoolCase,
  counts: readonly number[],
): number[] {
  const [height, width] = given.extents;
  const result = new Array<number>(image.length).fill(0);
  indices([image.length / (height * width), ...counts]).forEach(([plane, i, j], window) => {
    let best = -1;
    for (const [r, s] of indices([given.kernel, given.kernel])) {
      const [y, x] = [i! * given.stride + r! - given.pad, j! * given.stride + s! - given.pad];
      if (y < 0 || x < 0 || y >= height || x >= width) continue;
      const at = (plane! * height + y) * width + x;
      if (best < 0 || image[at]! > image[best]!) best = at;
    }
    result[best]! += upstream[window]!;
  });
  return result;
}

describe('the gradient of a max-pool full of ties', () => {
  it.each(
    CASES.flatMap((given) => [
      { ...given, overrides: [], how: 'by indices' },
      { ...given, overrides: RULES_WITHOUT_INDICES, how: 'by taps, as on a GPU' },
    ]),
  )('goes to the first maximum: $name, $how', async ({ overrides, ...given }) => {
    const next = uniform(4);
    const builder = new GraphBuilder();
    const shape = [2, 16, ...given.extents];
    const image = builder.input('image', shape);
    const square = (value: number): [number, number] => [value, value];
    const pooled = builder.op('MaxPool', [image], {
      ...windowAttributes({
        kernel: square(given.kernel),
        strides: square(given.stride),
        dilations: [1, 1],
        pads: [...square(given.pad), ...square(given.pad)],
      }),
    });
    const counts = builder.shape(pooled).slice(2);
    const graph = builder.build([pooled]);
    const { builder: extended, gradients } = differentiate(
      graph,
      pooled,
      [image],
      (b) => b.input('seed', builder.shape(pooled)),
      { overrides },
    );
    const gradient = gradients.get(image)!;
    const session = await createOnnxRuntimeRunner({ threads: 1 }).load(
      writeModel(extended.build([gradient])),
    );
    const pixels = Float32Array.from({ length: 32 * given.extents[0] * given.extents[1] }, () =>
      Math.round(next()),
    );
    const upstream = Float32Array.from(
      { length: 32 * counts[0]! * counts[1]! },
      () => Math.round(8 * next()) + 0.5,
    );
    const results = await session.run({
      image: { shape, data: pixels },
      seed: { shape: builder.shape(pooled), data: upstream },
    });
    await session.release();
    expect([...results[gradient]!.data]).toEqual(literal(pixels, upstream, given, counts));
  });
});

import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { configurationSchema } from '../../../shared/manifest/study.ts';
import { initialParameters, studyNetwork } from '../../../shared/study/network.ts';
import { flatten, unflatten } from '../../../shared/study/trainable-network.ts';
import { gradientStep } from '../../../shared/study/training-step.ts';
import { randomArray } from '../engine/check-operator.ts';
import { gemm, map, reduce, reshape, softmax, zip } from '../engine/twin/arithmetic.ts';
import type { Array64 } from '../engine/twin/array.ts';
import { conv, maxPool, type WindowSpec } from '../engine/twin/windows.ts';
import { uniform } from '../engine/uniform.ts';

const BATCH = 2;
const input = { channels: 1, side: 4, classes: 2 };
const runner = createOnnxRuntimeRunner({ threads: 1 });
const same: WindowSpec = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] };
const half: WindowSpec = { kernel: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] };
const relu = (x: Array64): Array64 => map(x, (value) => Math.max(value, 0));
const column = (x: Array64): Array64 => reshape(x, [1, x.data.length, 1, 1]);

function normalized(x: Array64, scale: Array64, bias: Array64): Array64 {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const centered = zip(x, reduce(x, [0, 2, 3], true, mean), (value, m) => value - m);
  const variance = reduce(
    map(centered, (value) => value * value),
    [0, 2, 3],
    true,
    mean,
  );
  const unit = zip(centered, variance, (value, v) => value / Math.sqrt(v + 1e-5));
  return zip(
    zip(unit, column(scale), (a, b) => a * b),
    column(bias),
    (a, b) => a + b,
  );
}

/** The loss of the family's member, as its definition reads. */
function twinLoss(
  image: Array64,
  labels: Array64,
  named: ReadonlyMap<string, Array64>,
  blocks: number,
  batchNorm: boolean,
): number {
  const get = (name: string): Array64 => named.get(name)!;
  let value = image;
  for (let block = 1; block <= blocks; block++) {
    const name = `block${block}`;
    const plain = conv(value, get(`${name}.weight`), batchNorm ? undefined : get(`${name}.bias`), same);
    const before = batchNorm ? normalized(plain, get(`${name}.scale`), get(`${name}.bias`)) : plain;
    value = maxPool(relu(before), half);
  }
  const flat = reshape(value, [BATCH, value.data.length / BATCH]);
  const hidden = relu(gemm(flat, get('dense.weight'), get('dense.bias'), { transB: 1 }));
  const chances = softmax(gemm(hidden, get('head.weight'), get('head.bias'), { transB: 1 }), [1]);
  return -chances.data.reduce((sum, p, at) => sum + labels.data[at]! * Math.log(p), 0) / BATCH;
}

describe('gradientStep', () => {
  it.each([
    { blocks: 2, batchNorm: false },
    { blocks: 2, batchNorm: true },
  ])('agrees with float64 central differences in every parameter: %o', async ({ blocks, batchNorm }) => {
    const configuration = configurationSchema.parse({
      blocks,
      batchNorm,
      filters: 2,
      filterLimit: 4,
      dense: 3,
    });
    const network = studyNetwork(configuration, input);
    const { bytes, layout } = gradientStep(network, BATCH);
    const flat = flatten(layout, initialParameters(configuration, input, 7));
    const next = uniform(11);
    // Off the starting point, so that no bias is zero and no scale one.
    const weights = flat.map((value) => Math.fround(value + 0.1 * next()));
    const image = randomArray([BATCH, 1, 4, 4], uniform(3));
    const labels = { shape: [BATCH, 2], data: Float64Array.of(1, 0, 0, 1) };
    const session = await runner.load(bytes);
    const feed = ({ shape, data }: Array64) => ({ shape, data: Float32Array.from(data) });
    const results = await session.run({
      image: feed(image),
      labels: feed(labels),
      weights: { shape: [layout.size], data: weights },
    });
    await session.release();
    const exact = Float64Array.from(weights);
    const loss = (): number => {
      const named = [...unflatten(layout, weights)].map(([name, { shape }]) => {
        const slot = layout.slots.find((each) => each.name === name)!;
        return [name, { shape, data: exact.subarray(slot.offset, slot.offset + slot.count) }] as const;
      });
      const image64 = { shape: image.shape, data: Float64Array.from(Float32Array.from(image.data)) };
      return twinLoss(image64, labels, new Map(named), blocks, batchNorm);
    };
    expect(Math.abs(results.loss!.data[0]! - loss())).toBeLessThan(1e-6);
    for (const { name, offset, count } of layout.slots) {
      const numeric = Array.from({ length: count }, (_, k) => {
        const kept = exact[offset + k]!;
        exact[offset + k] = kept + 1e-5;
        const above = loss();
        exact[offset + k] = kept - 1e-5;
        const below = loss();
        exact[offset + k] = kept;
        return (above - below) / 2e-5;
      });
      const most = Math.max(...numeric.map(Math.abs));
      numeric.forEach((value, k) => {
        const error = Math.abs(results.gradient!.data[offset + k]! - value) / Math.max(most, 1e-4);
        expect(error, `${name}[${k}]: ${results.gradient!.data[offset + k]} against ${value}`).toBeLessThan(
          1e-5,
        );
      });
    }
  });
});

/** LIME and KernelSHAP on an image that falls into four segments. */
import { expect, test } from 'vitest';
import { kernelShap } from '../../../shared/attribution/kernel-shap.ts';
import { lime } from '../../../shared/attribution/lime.ts';
import { segmentInput } from '../../../shared/attribution/segment-coalitions.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { type ClosedForm, closedForm, powerSum } from './closed-form.ts';

const SIDE = 16;
const shape = [1, SIDE, SIDE];
const SCALE = 3000;
const pixels = Float64Array.from({ length: SIDE * SIDE }, (_, p) => p);
const input = tensor(
  pixels.map((p) => [0.2, 0.9, 0.5, 1.4][2 * Number(p >= 128) + Number(p % SIDE >= 8)]!),
  shape,
);
const { labels, count, sizes } = segmentInput({ layout: 'NCHW', inputShape: shape }, input, SCALE);
const segmentOf = (p: number): number => labels[p]!;
const weights = pixels.map((p) => Math.cos(p) + segmentOf(p));
const additive = () => closedForm(powerSum(weights, 1), shape, 'NCHW');

/** Mean brightness of each segment. */
function meansOf(x: ArrayLike<number>): number[] {
  const means = [0, 0, 0, 0];
  pixels.forEach((p) => {
    means[segmentOf(p)]! += x[p]! / sizes[segmentOf(p)]!;
  });
  return means;
}
const levels = meansOf(input.data);

/** Means multiplied: segments matter only together. */
const product: ClosedForm = {
  score: (x) => {
    const means = meansOf(x);
    return means[0]! * means[1]! + 3 * means[2]! * means[3]! * means[0]!;
  },
  gradient: (x) => x.map(() => 0),
};

/** Sum of the map over each segment. */
function perSegment(map: Float32Array): number[] {
  const sums = [0, 0, 0, 0];
  map.forEach((value, p) => {
    sums[segmentOf(p)]! += value;
  });
  return sums;
}

const shareOf = (segment: number): number =>
  pixels.reduce((sum, p) => sum + (segmentOf(p) === segment ? weights[p]! * input.data[p]! : 0), 0);

test('segments are numbered without gaps and their sizes add up', () => {
  expect(count).toBe(4);
  expect([...new Set(labels)]).toEqual([0, 1, 2, 3]);
  expect([...sizes]).toEqual([0, 1, 2, 3].map((s) => labels.filter((label) => label === s).length));
});

test('on an additive model both give each segment its own share', async () => {
  const shap = await kernelShap.attribute(
    additive(),
    input,
    { target: 0 },
    { samples: 64, scale: SCALE, baseline: 0, seed: 0 },
  );
  const options = { samples: 200, scale: SCALE, kernelWidth: 0.25, ridge: 0, baseline: 0, seed: 0 };
  const fitted = await lime.attribute(additive(), input, { target: 0 }, options);
  for (const segment of [0, 1, 2, 3]) {
    expect(perSegment(shap.map.data)[segment]).toBeCloseTo(shareOf(segment), 3);
    expect(perSegment(fitted.map.data)[segment]).toBeCloseTo(shareOf(segment), 3);
  }
});

test("LIME's penalty shrinks the coefficients", async () => {
  const options = { samples: 200, scale: SCALE, kernelWidth: 0.25, ridge: 0, baseline: 0, seed: 0 };
  const free = await lime.attribute(additive(), input, { target: 0 }, options);
  const bound = await lime.attribute(additive(), input, { target: 0 }, { ...options, ridge: 100 });
  const size = (map: Float32Array): number => Math.hypot(...perSegment(map));
  expect(size(bound.map.data)).toBeLessThan(0.9 * size(free.map.data));
});

test('with few segments KernelSHAP asks every coalition once and gives the exact Shapley values', async () => {
  const model = closedForm(product, shape, 'NCHW');
  const options = { samples: 1000, scale: SCALE, baseline: 0, seed: 0 };
  const { map, completeness } = await kernelShap.attribute(model, input, { target: 0 }, options);
  expect(model.calls.forwards).toBe(2 ** 4 - 2 + 2);
  // The first term is shared by segments 0 and 1, the second by 0, 2 and 3.
  const pair = levels[0]! * levels[1]!;
  const triple = 3 * levels[0]! * levels[2]! * levels[3]!;
  const exact = [pair / 2 + triple / 3, pair / 2, triple / 3, triple / 3];
  perSegment(map.data).forEach((value, segment) => {
    expect(value).toBeCloseTo(exact[segment]!, 5);
  });
  expect(completeness!.gap).toBeLessThan(1e-5);
});

test('drawn coalitions come near the exact values, and stay complete', async () => {
  const model = closedForm(product, shape, 'NCHW');
  const options = { samples: 13, scale: SCALE, baseline: 0, seed: 5 };
  const { map, completeness, forwards } = await kernelShap.attribute(model, input, { target: 0 }, options);
  expect(forwards).toBe(14);
  expect(completeness!.gap).toBeLessThan(1e-5);
  const exact = 3 * levels[0]! * levels[2]! * levels[3]! * (1 / 3);
  expect(Math.abs(perSegment(map.data)[3]! - exact)).toBeLessThan(0.3);
});

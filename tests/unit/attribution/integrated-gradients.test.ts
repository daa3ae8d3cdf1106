import { expect, test } from 'vitest';
import { integratedGradients } from '../../../shared/attribution/integrated-gradients.ts';
import { parseOptions } from '../../../shared/attribution/registry.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { type ClosedForm, closedForm, powerSum } from './closed-form.ts';

const weights = Float64Array.of(1, -2, 3, 0.5);
const shape = [2, 2, 1];
const input = tensor(Float64Array.of(0.5, -1, 1.5, 2), shape);
const quartic = () => closedForm(powerSum(weights, 4), shape);
const run = (options: object, model = quartic(), context = {}) =>
  integratedGradients.attribute(
    model,
    input,
    { target: 0, ...context },
    parseOptions(integratedGradients, options),
  );

/** A logistic step of Σ w x, a third of the way: 1 / (1 + exp(−k (Σ w x − c))). */
function step(steepness: number): ClosedForm {
  const threshold = weights.reduce((sum, w, i) => sum + w * input.data[i]!, 0) / 3;
  const at = (x: Float64Array): number =>
    1 / (1 + Math.exp(-steepness * (x.reduce((sum, value, i) => sum + weights[i]! * value, 0) - threshold)));
  return { score: at, gradient: (x) => weights.map((w) => w * steepness * at(x) * (1 - at(x))) };
}

test('each attribution of Σ w x⁴ is w x⁴: Gauss–Legendre is exact with two nodes', async () => {
  const { map, completeness } = await run({ steps: 2 });
  [...map.data].forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]! * input.data[i]! ** 4, 5);
  });
  expect(completeness!.gap).toBeLessThan(1e-5);
});

test('the reference rule has the known 4 % completeness error at 25 steps', async () => {
  const { completeness } = await run({ steps: 25, quadrature: 'reference' });
  expect(completeness!.gap / Math.abs(completeness!.expected)).toBeCloseTo(0.042, 2);
});

test('midpoint at 25 steps is fifty times closer than the reference rule', async () => {
  const { completeness } = await run({ steps: 25, quadrature: 'midpoint' });
  expect(completeness!.gap / Math.abs(completeness!.expected)).toBeLessThan(8.4e-4);
});

test.each([
  ['reference', 0],
  ['midpoint', 2],
  ['gauss-legendre', 2],
] as const)(
  '%s takes 11 gradients for 11 steps, and %i scores of ends that are no nodes',
  async (rule, ends) => {
    const model = quartic();
    const found = await run({ steps: 11, quadrature: rule }, model);
    expect(model.calls).toMatchObject({ gradients: 11, forwards: ends });
    expect(found).toMatchObject({ gradients: 11, forwards: ends });
  },
);

const adaptive = { quadrature: 'adaptive', tolerance: 1e-4 };

test('adaptive stops at once where the score rises evenly', async () => {
  const model = closedForm(powerSum(weights, 1), shape);
  const found = await run(adaptive, model);
  expect(model.calls).toMatchObject({ gradients: 16, forwards: 0 });
  found.map.data.forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]! * input.data[i]!, 5);
  });
});

test('adaptive reaches a sixth of the gap of the plain mean over 100 nodes with a third of its gradients', async () => {
  const jump = () => closedForm(step(40), shape);
  const plain = await run({ quadrature: 'reference', steps: 100 }, jump());
  const found = await run({ ...adaptive, tolerance: plain.completeness!.gap / 6 }, jump());
  expect(found.gradients).toBeLessThanOrEqual(33);
  expect(found.completeness!.gap).toBeLessThanOrEqual(plain.completeness!.gap / 6);
});

test('adaptive keeps the map within 1 % of the exact one where a jump of the score is missed by 25 nodes', async () => {
  const model = closedForm(step(200), shape);
  const exact = await run({ quadrature: 'midpoint', steps: 10_000 }, model);
  const found = await run({ ...adaptive, tolerance: 1e-6 }, model);
  const coarse = await run({ steps: 25 }, model);
  const error = (map: ArrayLike<number>): number =>
    Math.max(...exact.map.data.map((value, i) => Math.abs(value - map[i]!))) /
    Math.max(...exact.map.data.map(Math.abs));
  expect(error(found.map.data)).toBeLessThan(0.01);
  expect(error(coarse.map.data)).toBeGreaterThan(0.1);
});

test('adaptive gives up at the most steps allowed and reports the gap that is left', async () => {
  const found = await run({ ...adaptive, tolerance: 1e-12, maxSteps: 3 }, closedForm(step(40), shape));
  expect(found.gradients).toBe(3);
  expect(found.completeness!.gap).toBeGreaterThan(1e-3);
});

test('adaptive gives the same bytes whatever the batch size', async () => {
  const maps = [];
  for (const batchSize of [1, 3, 8])
    maps.push((await run(adaptive, closedForm(step(40), shape), { batchSize })).map);
  expect(maps[1]).toEqual(maps[0]);
  expect(maps[2]).toEqual(maps[0]);
});

test('a baseline array wins over the option, and nothing is attributed where it equals the image', async () => {
  const baseline = tensor(Float64Array.of(0.5, 0, 0, 0), shape);
  const { map, completeness } = await run({ steps: 4, baseline: 7 }, quartic(), { baseline });
  expect(map.data[0]).toBe(0);
  expect(completeness!.gap).toBeLessThan(1e-4);
});

test('black is black in the image, not zero after normalization', async () => {
  const preprocessing = { range: [0, 1] as const, mean: [0.5], std: [0.25] };
  const named = await run({ baseline: 'black' }, quartic(), { preprocessing });
  const number = await run({ baseline: -2 });
  expect([...named.map.data]).toEqual([...number.map.data]);
});

test('a baseline in image space without the preprocessing of a card is refused', async () => {
  await expect(run({ baseline: 'white' })).rejects.toThrow(
    "integrated-gradients: expected the model's preprocessing for baseline white, got none",
  );
});

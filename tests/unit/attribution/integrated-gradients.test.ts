import { expect, test } from 'vitest';
import { integratedGradients } from '../../../shared/attribution/integrated-gradients.ts';
import { parseOptions } from '../../../shared/attribution/registry.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum, sineSum } from './closed-form.ts';

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

test.each(['reference', 'midpoint', 'gauss-legendre'])('%s calls the model steps + 2 times', async (rule) => {
  const model = quartic();
  const found = await run({ steps: 11, quadrature: rule }, model);
  expect(model.calls).toMatchObject({ gradients: 11, forwards: 2 });
  expect(found).toMatchObject({ gradients: 11, forwards: 2 });
});

test('adaptive doubles the nodes until the gap is small enough, then stops', async () => {
  const model = closedForm(sineSum(weights.map((w) => w * 10)), shape);
  const found = await run({ steps: 1, quadrature: 'adaptive', tolerance: 1e-4 }, model);
  expect(found.completeness!.gap).toBeLessThan(1e-4);
  expect([7, 15]).toContain(found.gradients);
});

test('adaptive gives up at the most steps allowed and reports the gap that is left', async () => {
  const model = closedForm(sineSum(weights.map((w) => w * 10)), shape);
  const options = { steps: 1, quadrature: 'adaptive', tolerance: 1e-12, maxSteps: 3 };
  const found = await run(options, model);
  expect(found.gradients).toBe(3);
  expect(found.completeness!.gap).toBeGreaterThan(1e-3);
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

import { expect, test } from 'vitest';
import { expectedGradients } from '../../../shared/attribution/expected-gradients.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const shape = [2, 2, 1];
const weights = Float64Array.of(1, -2, 3, 0.5);
const input = tensor(Float64Array.of(0, 1, 0.5, 1), shape);
const options = { samples: 50, background: 'constant' as const, seed: 0 };

test('constant baselines on a linear model give w · (x − the middle of the range), exactly', async () => {
  const model = closedForm(powerSum(weights, 1), shape);
  const { map, completeness } = await expectedGradients.attribute(model, input, { target: 0 }, options);
  map.data.forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]! * (input.data[i]! - 0.5), 6);
  });
  expect(completeness!.gap).toBeLessThan(1e-5);
  expect(model.calls).toMatchObject({ gradients: 50, forwards: 51 });
});

test('given background images are used evenly', async () => {
  const model = closedForm(powerSum(weights, 1), shape);
  const background = tensor(Float64Array.of(0, 0, 0, 0, 1, 2, 3, 4), [2, ...shape]);
  const found = await expectedGradients.attribute(model, input, { target: 0, background }, options);
  found.map.data.forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]! * (input.data[i]! - (i + 1) / 2), 6);
  });
});

test('on a curved model the gap shrinks as draws are added', async () => {
  const gapOf = async (samples: number): Promise<number> => {
    const model = closedForm(powerSum(weights, 4), shape);
    const chosen = { ...options, samples, background: 'noise' as const };
    return (await expectedGradients.attribute(model, input, { target: 0 }, chosen)).completeness!.gap;
  };
  expect(await gapOf(2000)).toBeLessThan(0.05);
  expect(await gapOf(4)).toBeGreaterThan(0.05);
});

test('background images of another shape are refused', async () => {
  const model = closedForm(powerSum(weights, 1), shape);
  const background = tensor(new Float64Array(6), [2, 3, 1]);
  await expect(expectedGradients.attribute(model, input, { target: 0, background }, options)).rejects.toThrow(
    'expected background images of shape [2, 2, 2, 1], got [2, 3, 1]',
  );
});

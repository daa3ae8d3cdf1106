import { expect, test } from 'vitest';
import { idgi } from '../../../shared/attribution/idgi.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum, sineSum } from './closed-form.ts';

const shape = [2, 2, 1];
const weights = Float64Array.of(1, -2, 3, 0.5);
const input = tensor(Float64Array.of(0.5, -1, 1.5, 2), shape);

test('on a linear model the score difference is shared by squared weight', async () => {
  const model = closedForm(powerSum(weights, 1), shape);
  const { map } = await idgi.attribute(model, input, { target: 0 }, { steps: 4, baseline: 0 });
  const difference = 0.5 + 2 + 4.5 + 1;
  const norm = 1 + 4 + 9 + 0.25;
  map.data.forEach((value, i) => {
    expect(value).toBeCloseTo((weights[i]! ** 2 / norm) * difference, 5);
  });
});

test('it is complete by construction, however curved the model and few the steps', async () => {
  const model = closedForm(sineSum(weights), shape);
  const { completeness } = await idgi.attribute(model, input, { target: 0 }, { steps: 3, baseline: 0.1 });
  expect(completeness!.gap).toBeLessThan(1e-5);
  expect(model.calls).toMatchObject({ gradients: 3, forwards: 1 });
});

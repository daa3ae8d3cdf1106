import { expect, test } from 'vitest';
import { gradients } from '../../../shared/attribution/gradients.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

test('the map is the gradient of the chosen class, from one call', async () => {
  const model = closedForm(powerSum(Float64Array.of(1, -2, 3, 0.5), 2), [2, 2, 1]);
  const input = tensor(Float64Array.of(1, 2, 3, 4), [2, 2, 1]);
  const found = await gradients.attribute(model, input, { target: 1 }, {});
  expect([...found.map.data]).toEqual([4, -16, 36, 8]);
  expect(found.map.shape).toEqual([2, 2, 1]);
  expect(model.calls).toMatchObject({ gradients: 1, forwards: 0 });
});

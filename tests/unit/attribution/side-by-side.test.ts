import { expect, test } from 'vitest';
import { guidedIg } from '../../../shared/attribution/guided-ig.ts';
import { sideBySide } from '../../../shared/attribution/side-by-side.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, sineSum } from './closed-form.ts';

const shape = [2, 3, 1];
const weights = Float64Array.of(1, -2, 3, 0.5, 2, -1);
const inputs = [0.3, 0.6, 0.9, 1.2, 1.5].map((scale) =>
  tensor(
    weights.map((w) => scale * Math.cos(w)),
    shape,
  ),
);
const options = { steps: 4, fraction: 0.25, maxDistance: 0.1, baseline: 0 };
const alone = { where: 'test', batchSize: 4 };

test('attributions that ask for one gradient at a time fill batches together, and nothing changes', async () => {
  const model = closedForm(sineSum(weights), shape);
  const found = await sideBySide(
    model,
    alone,
    inputs.map((input) => (lane) => guidedIg.attribute(lane, input, { target: 0 }, options)),
  );
  // Scores come in pairs, gradients one by one: 2 + 2 + 1 pairs, then four times 4 + 1 gradients.
  expect(model.calls.batches).toEqual([4, 4, 2, 4, 1, 4, 1, 4, 1, 4, 1]);
  for (const [i, input] of inputs.entries()) {
    const single = closedForm(sineSum(weights), shape);
    const expected = await guidedIg.attribute(single, input, { target: 0 }, options);
    expect(found[i]!.map.data).toEqual(expected.map.data);
  }
});

test('attributions that end early do not hold up the others', async () => {
  const model = closedForm(sineSum(weights), shape);
  const found = await sideBySide(
    model,
    alone,
    inputs.map((input, i) => async (lane) => {
      let sum = 0;
      for (let k = 0; k <= i; k++) {
        const { scores } = await lane.gradient(tensor(input.data, [1, ...shape]), [0]);
        sum += scores.data[0]!;
      }
      return sum;
    }),
  );
  expect(found).toHaveLength(5);
  expect(model.calls.batches).toEqual([4, 1, 4, 3, 2, 1]);
});

test('a fault of one batch is that of its attributions, and the call ends with it', async () => {
  const model = closedForm(sineSum(weights), shape);
  const broken = { ...model, gradient: () => Promise.reject(new Error('out of memory')) };
  const run = sideBySide(
    broken,
    alone,
    inputs.map((input) => (lane) => lane.gradient(tensor(input.data, [1, ...shape]), [0])),
  );
  await expect(run).rejects.toThrow('out of memory');
});

test('no tasks, no calls', async () => {
  const model = closedForm(sineSum(weights), shape);
  expect(await sideBySide(model, alone, [])).toEqual([]);
  expect(model.calls.batches).toEqual([]);
});

import { expect, test } from 'vitest';
import { rise } from '../../../shared/attribution/rise.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { type ClosedForm, closedForm } from './closed-form.ts';

const shape = [12, 12, 1];
const options = { samples: 500, grid: 4, keep: 0.5, baseline: 0, seed: 1 };
const white = tensor(new Float64Array(144).fill(1), shape);

/** Looks at nothing but the 3×3 pixels around row 8, column 3. */
const onePlace: ClosedForm = {
  score: (x) => {
    let sum = 0;
    for (let y = 7; y <= 9; y++) for (let c = 2; c <= 4; c++) sum += x[y * 12 + c]! / 9;
    return sum;
  },
  gradient: (x) => x.map(() => 0),
};

test('the place the model looks at rises most, and far places hardly at all', async () => {
  const model = closedForm(onePlace, shape);
  const { map } = await rise.attribute(model, white, { target: 0 }, options);
  const best = map.data.indexOf(Math.max(...map.data));
  expect([7, 8, 9]).toContain(Math.floor(best / 12));
  expect([2, 3, 4]).toContain(best % 12);
  expect(Math.abs(map.data[11]!)).toBeLessThan(0.05);
  expect(map.data[8 * 12 + 3]!).toBeGreaterThan(0.15);
  expect(model.calls).toMatchObject({ gradients: 0, forwards: 500 });
});

test('a model that always gives the same score gets a flat map of zeros', async () => {
  const model = closedForm({ score: () => 0.25, gradient: (x) => x.map(() => 0) }, shape);
  const { map } = await rise.attribute(model, white, { target: 0 }, options);
  for (const value of map.data) expect(value).toBeCloseTo(0, 6);
});

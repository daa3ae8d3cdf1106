import { expect, test } from 'vitest';
import { guidedIg } from '../../../shared/attribution/guided-ig.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { type ClosedForm, closedForm } from './closed-form.ts';

/** f = (2 x₁ + x₂)², the example of the reference's own tests. */
const square: ClosedForm = {
  score: (x) => (2 * x[0]! + x[1]!) ** 2,
  gradient: (x) => Float64Array.of(4 * (2 * x[0]! + x[1]!), 2 * (2 * x[0]! + x[1]!)),
};
const input = tensor(Float64Array.of(3, 3), [1, 2, 1]);

test.each([
  { steps: 10, fraction: 0.5, maxDistance: 1, expected: [61.56, 10.62] },
  { steps: 10, fraction: 0.5, maxDistance: 0.2, expected: [57.96, 14.58] },
  { steps: 200, fraction: 0.25, maxDistance: 0.02, expected: [55.1304, 25.4628] },
  { steps: 1000, fraction: 0.1, maxDistance: 1, expected: [71.892036, 9.017982] },
])(
  '$steps steps, fraction $fraction, maxDistance $maxDistance give $expected',
  async ({ expected, ...chosen }) => {
    const model = closedForm(square, [1, 2, 1]);
    const found = await guidedIg.attribute(model, input, { target: 0 }, { ...chosen, baseline: 0 });
    found.map.data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(5e-6);
    });
    expect(model.calls).toMatchObject({ gradients: chosen.steps, forwards: 2 });
  },
);

test('an image equal to its baseline gets zeros and no gradient is asked for', async () => {
  const model = closedForm(square, [1, 2, 1]);
  const chosen = { steps: 20, fraction: 0.25, maxDistance: 0.02, baseline: 3 };
  const found = await guidedIg.attribute(model, input, { target: 0 }, chosen);
  expect([...found.map.data]).toEqual([0, 0]);
  expect(model.calls.gradients).toBe(0);
});

test('a gradient that is not a number ends in an error, not in an endless loop', async () => {
  const broken = closedForm({ ...square, gradient: () => Float64Array.of(Number.NaN, 1) }, [1, 2, 1]);
  const chosen = { steps: 20, fraction: 0.25, maxDistance: 0.02, baseline: 0 };
  await expect(guidedIg.attribute(broken, input, { target: 0 }, chosen)).rejects.toThrow(
    'guided-ig: expected a finite gradient from the model, got NaN',
  );
});

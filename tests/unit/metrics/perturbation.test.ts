import { expect, test } from 'vitest';
import { infidelity } from '../../../shared/metrics/infidelity.ts';
import { insertionDeletion } from '../../../shared/metrics/insertion-deletion.ts';
import { maxSensitivity } from '../../../shared/metrics/max-sensitivity.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from '../attribution/closed-form.ts';

const shape = [8, 8, 1];
const weights = Float64Array.from({ length: 64 }, (_, i) => (i * 29) % 64);
const input = tensor(new Float64Array(64).fill(1), shape);
const empty = tensor(new Float64Array(64), shape);
const linear = () => closedForm(powerSum(weights, 1), shape);
const total = weights.reduce((a, b) => a + b, 0);

test('insertion starts empty and ends whole, deletion the other way round', async () => {
  const model = linear();
  const found = await insertionDeletion(model, input, weights, { target: 0 }, { empty, steps: 8 });
  expect([found.insertion.y[0], found.insertion.y[8]]).toEqual([0, total]);
  expect([found.deletion.y[0], found.deletion.y[8]]).toEqual([total, 0]);
  expect(model.calls).toMatchObject({ gradients: 0, forwards: 18 });
});

test('the true weights have the areas of their sorted sums; the reversed map is worse on both', async () => {
  const run = (map: Float64Array) =>
    insertionDeletion(linear(), input, map, { target: 0 }, { empty, steps: 64 });
  const best = await run(weights);
  const worst = await run(weights.map((w) => -w));
  let sum = 0;
  const sums = weights.toSorted((a, b) => b - a).map((w) => (sum += w));
  const exact = (sums.reduce((a, b) => a + b, 0) - total / 2) / 64;
  expect(best.insertionArea).toBeCloseTo(exact, 2);
  expect(best.deletionArea).toBeCloseTo(total - exact, 2);
  expect(worst.insertionArea).toBeLessThan(best.insertionArea);
  expect(worst.deletionArea).toBeGreaterThan(best.deletionArea);
});

test('a score of your own is used', async () => {
  const score = (): number => 0.5;
  const found = await insertionDeletion(linear(), input, weights, { target: 0 }, { empty, steps: 4, score });
  expect(found.insertionArea).toBe(0.5);
});

test('the true shares of a linear model have no infidelity; scaled ones none after scaling', async () => {
  const options = { empty, samples: 50 };
  const exact = await infidelity(linear(), input, weights, { target: 0 }, options);
  expect(exact.raw / total ** 2).toBeLessThan(1e-9);
  expect(exact.scale).toBeCloseTo(1, 5);
  const halved = await infidelity(
    linear(),
    input,
    weights.map((w) => w / 2),
    { target: 0 },
    options,
  );
  expect(halved.scale).toBeCloseTo(2, 5);
  expect(halved.normalized).toBeLessThan(1e-9);
  expect(halved.raw / total ** 2).toBeGreaterThan(1e-3);
});

test('a map with the wrong sign explains nothing', async () => {
  const map = weights.map((w) => -w);
  const found = await infidelity(linear(), input, map, { target: 0 }, { empty, samples: 50 });
  expect(found).toMatchObject({ scale: 0, normalized: 1 });
});

test('a constant explanation is not sensitive, one that follows the input is as much as the disturbance', async () => {
  expect(await maxSensitivity(async () => [1, 2], input, { radius: 0.1 })).toBe(0);
  const follow = await maxSensitivity(async (x) => x.data, input, { radius: 0.1 });
  expect(follow).toBeGreaterThan(0.04);
  expect(follow).toBeLessThanOrEqual(0.1);
});

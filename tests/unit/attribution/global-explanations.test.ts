/** Class prototype and mean attribution: explanations of a model, not of an image. */
import { expect, test } from 'vitest';
import { classPrototype, prototypeOptionsSchema } from '../../../shared/attribution/class-prototype.ts';
import { attributionSum } from '../../../shared/attribution/mean-attribution.ts';
import { Cancelled } from '../../../shared/errors.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const SHAPE = [16, 12, 1];
/** Left half speaks for the class, right half against it. */
const weights = Float64Array.from({ length: 192 }, (_, i) => (i % 12 < 6 ? 1 : -1));
const model = () => closedForm(powerSum(weights, 1), SHAPE);
const preprocessing = { range: [0, 255] as const, mean: [127.5], std: [127.5] };
const plain = { steps: 40, octaves: 2, jitter: 0, blur: 0, l2: 0, stepSize: 0.05 };
const ascend = (options: object = {}, context: object = {}) =>
  classPrototype(
    model(),
    { target: 1, preprocessing, ...context },
    prototypeOptionsSchema.parse({ ...plain, ...options }),
  );

test('the prototype of a linear model is white where it speaks for the class, black where against', async () => {
  const found = await ascend();
  const { data, shape } = found.image;
  expect(shape).toEqual(SHAPE);
  // The column between the halves mixes both in the smaller octave, and ends at the walls as well.
  data.forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]!, 5);
  });
  expect(found.score).toBeCloseTo(2 * 192, 3);
  expect(found.startScore).toBe(0);
  expect(found).toMatchObject({ gradients: 80, scores: { length: 80 } });
});

test('regularization keeps it from the walls, and the score still rises', async () => {
  const found = await ascend({ l2: 0.2, blur: 1, jitter: 2 });
  expect(Math.max(...found.image.data)).toBeLessThan(1);
  expect(found.score).toBeGreaterThan(found.startScore + 10);
});

test('a near maximum is not leaped over: the score ends above that of the mid-grey start', async () => {
  // A narrow ridge at +0.01 in every element.
  const ridge = {
    score: (x: Float64Array) => -x.reduce((sum, v) => sum + Math.abs(v - 0.01), 0),
    gradient: (x: Float64Array) => x.map((v) => -Math.sign(v - 0.01)),
  };
  const options = prototypeOptionsSchema.parse({ steps: 50 });
  const found = await classPrototype(closedForm(ridge, SHAPE), { target: 0, preprocessing }, options);
  expect(found.score).toBeGreaterThan(found.startScore);
  expect(found.score).toBeGreaterThanOrEqual(Math.max(...found.scores.slice(-50)) - 0.1);
});

test('the same seed gives the same bytes, another seed others', async () => {
  const noisy = { steps: 3, jitter: 3, blur: 1 };
  const first = await ascend({ ...noisy, seed: 4 });
  expect((await ascend({ ...noisy, seed: 4 })).image).toEqual(first.image);
  expect((await ascend({ ...noisy, seed: 5 })).image).not.toEqual(first.image);
});

test('it stops when told, refuses classes that do not exist, and reports progress', async () => {
  await expect(ascend({}, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Cancelled);
  await expect(ascend({}, { target: 2 })).rejects.toThrow('expected a class index from 0 to 1, got 2');
  const seen: number[] = [];
  await ascend({ steps: 2 }, { onProgress: (fraction: number) => seen.push(fraction) });
  expect(seen).toEqual([0.25, 0.5, 0.75, 1]);
});

test('mean, mean magnitude and deviation of maps added one by one', () => {
  const sum = attributionSum();
  for (const value of [1, -2, 4]) sum.add(tensor(Float32Array.of(value, 1), [1, 2]));
  const { count, mean, magnitude, deviation } = sum.result();
  expect(count).toBe(3);
  expect([...mean.data]).toEqual([1, 1]);
  expect(magnitude.data[0]).toBeCloseTo(7 / 3, 6);
  expect(deviation.data[0]).toBeCloseTo(3, 6);
  expect(deviation.data[1]).toBe(0);
  expect(() => sum.add(tensor(new Float32Array(4), [2, 2]))).toThrow('expected a map of [1,2], got [2,2]');
  expect(() => attributionSum().result()).toThrow('expected at least one map');
});

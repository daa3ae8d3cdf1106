import { expect, test } from 'vitest';
import { baselineFor } from '../../../shared/attribution/baseline.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

/** Two pixels, three channels, channels last. */
const model = { layout: 'NHWC' as const, inputShape: [1, 2, 3] };
const input = tensor(Float64Array.of(1, 2, 3, 5, 6, 7), [1, 2, 3]);
const preprocessing = { range: [0, 255] as const, mean: [100, 110, 120], std: [10, 20, 40] };
const given = (option: Parameters<typeof baselineFor>[1], context = {}) => [
  ...baselineFor('test', option, model, input, context),
];

test('a number is that number in model units', () => {
  expect(given(-1.5)).toEqual(new Array(6).fill(-1.5));
});

test('black, white and mid-grey go through the preprocessing, channel by channel', () => {
  expect(given('black', { preprocessing })).toEqual([-10, -5.5, -3, -10, -5.5, -3]);
  expect(given('white', { preprocessing })).toEqual([15.5, 7.25, 3.375, 15.5, 7.25, 3.375]);
  expect(given('mid-grey', { preprocessing })[0]).toBe(2.75);
});

test('one mean and deviation serve all channels', () => {
  const single = { range: [0, 1] as const, mean: [0.5], std: [0.5] };
  expect(given('white', { preprocessing: single })).toEqual(new Array(6).fill(1));
});

test('the mean is that of each channel of the image', () => {
  expect(given('mean')).toEqual([3, 4, 5, 3, 4, 5]);
});

test('blur keeps the mean of each channel and evens out its pixels', () => {
  const row = tensor(
    Float64Array.from({ length: 40 }, (_, i) => i % 2),
    [1, 2, 20],
  );
  const found = baselineFor('test', 'blur', { layout: 'NCHW', inputShape: [1, 2, 20] }, row, {});
  expect(found.reduce((a, b) => a + b, 0)).toBeCloseTo(20, 10);
  const image = tensor(
    Float64Array.from({ length: 900 }, (_, i) => i % 2),
    [1, 30, 30],
  );
  const smooth = baselineFor('test', 'blur', { layout: 'NCHW', inputShape: [1, 30, 30] }, image, {});
  for (const value of smooth) expect(Math.abs(value - 0.5)).toBeLessThan(0.1);
});

test('noise lies between black and white, and is the same each time', () => {
  const noise = given('noise', { preprocessing });
  expect(noise).toEqual(given('noise', { preprocessing }));
  const [black, white] = [given('black', { preprocessing }), given('white', { preprocessing })];
  noise.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(black[i]!);
    expect(value).toBeLessThanOrEqual(white[i]!);
  });
  expect(new Set(noise).size).toBe(6);
});

test('an array wins over the option', () => {
  const baseline = tensor(Float32Array.of(1, 1, 2, 2, 3, 3), [1, 2, 3]);
  expect(given('black', { baseline })).toEqual([1, 1, 2, 2, 3, 3]);
});

test('the data-set mean is that of the background images, and needs them', () => {
  const background = tensor(Float64Array.of(0, 0, 0, 1, 1, 1, 2, 4, 6, 1, 1, 1), [2, 1, 2, 3]);
  expect(given('dataset-mean', { background })).toEqual([1, 2, 3, 1, 1, 1]);
  expect(() => given('dataset-mean')).toThrow(
    'expected background images for baseline dataset-mean, got none',
  );
});

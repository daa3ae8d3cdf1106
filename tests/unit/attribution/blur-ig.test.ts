import { expect, test } from 'vitest';
import { blurIg } from '../../../shared/attribution/blur-ig.ts';
import { gaussianBlur } from '../../../shared/imaging/gaussian.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const [height, width] = [9, 7];
const shape = [height, width, 1];
const weights = Float64Array.from({ length: 63 }, (_, i) => Math.sin(i));
const input = tensor(
  weights.map((_, i) => Math.cos(i * i)),
  shape,
);
const options = { steps: 40, maxSigma: 4, gradStep: 0.01, spacing: 'linear' as const };

test('on a linear model it is the weighted sum of the slopes, computed literally', async () => {
  const { map } = await blurIg.attribute(
    closedForm(powerSum(weights, 1), shape),
    input,
    { target: 0 },
    options,
  );
  const literal = new Float64Array(63);
  for (let i = 0; i < 40; i++) {
    const near = gaussianBlur(input.data, height, width, i / 10);
    const far = gaussianBlur(input.data, height, width, i / 10 + 0.01);
    for (let p = 0; p < 63; p++) literal[p]! -= (0.1 * (far[p]! - near[p]!) * weights[p]!) / 0.01;
  }
  map.data.forEach((value, p) => {
    expect(Math.abs(value - literal[p]!)).toBeLessThan(1e-6);
  });
});

test('the completeness gap is measured against the strongest blur of the path', async () => {
  const model = closedForm(powerSum(weights, 2), shape);
  const { completeness, map } = await blurIg.attribute(model, input, { target: 0 }, options);
  const blurred = gaussianBlur(input.data, height, width, 4);
  const score = (x: ArrayLike<number>): number => weights.reduce((sum, w, i) => sum + w * x[i]! ** 2, 0);
  expect(completeness!.expected).toBeCloseTo(score(input.data) - score(blurred), 5);
  const sum = map.data.reduce((total, value) => total + value, 0);
  expect(completeness!.gap).toBeCloseTo(Math.abs(sum - completeness!.expected), 5);
});

test('channels are blurred apart and layouts agree', async () => {
  const data = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i * 1.7));
  const hwc = (i: number): number => (i % 20) * 3 + Math.floor(i / 20);
  const wide = Float64Array.from({ length: 60 }, (_, i) => Math.cos(i));
  const first = closedForm(powerSum(wide, 2), [3, 4, 5], 'NCHW');
  const last = closedForm(powerSum(rearrange(wide, hwc), 2), [4, 5, 3], 'NHWC');
  const a = await blurIg.attribute(first, tensor(data, [3, 4, 5]), { target: 0 }, options);
  const b = await blurIg.attribute(last, tensor(rearrange(data, hwc), [4, 5, 3]), { target: 0 }, options);
  expect([...rearrange(Float64Array.from(a.map.data), hwc)]).toEqual([...b.map.data]);
});

/** out[to(i)] = values[i]. */
function rearrange(values: Float64Array, to: (index: number) => number): Float64Array {
  const out = new Float64Array(values.length);
  values.forEach((value, i) => {
    out[to(i)] = value;
  });
  return out;
}

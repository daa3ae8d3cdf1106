import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { inputScaleSpace } from '../../../shared/attribution/input-scale-space.ts';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });
const opened: { release(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((space) => space.release())));

/** max |a − b| / max |b|. */
function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  expect(a.length).toBe(b.length);
  return difference / largest;
}

describe.each([
  ['NCHW', [3, 24, 17]],
  ['NHWC', [24, 17, 3]],
  ['NCHW', [1, 16, 16]],
] as const)('scale space of %s %j', (layout, inputShape) => {
  const random = xoshiro(5);
  const size = inputShape[0] * inputShape[1] * inputShape[2];
  const input = tensor(
    Float32Array.from({ length: size }, () => random.uniform()),
    [...inputShape],
  );
  const model = { layout, inputShape };

  test.each([0, 0.5, 1.3, 4, 30])('at σ = %s the engine gives what float64 gives', async (sigma) => {
    const fast = await inputScaleSpace(model, input, runner);
    const exact = await inputScaleSpace(model, input, undefined);
    opened.push(fast);
    const a = await fast.at(sigma, 0.01);
    const b = await exact.at(sigma, 0.01);
    expect(a.blurred).toBeInstanceOf(Float32Array);
    expect(b.blurred).toBeInstanceOf(Float64Array);
    expect(worst(a.blurred, b.blurred)).toBeLessThan(1e-6);
    // At σ = 0 nothing moves within 0.01 pixel.
    if (sigma > 0) expect(worst(a.slope, b.slope)).toBeLessThan(1e-5);
    else expect(Math.max(...a.slope.map(Math.abs))).toBeLessThan(1e-30);
  });
});

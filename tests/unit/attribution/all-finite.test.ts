import { expect, test } from 'vitest';
import { allFinite } from '../../../shared/attribution/all-finite.ts';

const largest = 3.4028234663852886e38;

test('every finite pattern passes, the largest and the smallest included', () => {
  expect(allFinite(Float32Array.of(0, -0, 1, -largest, largest, 1e-45, -1e-45))).toBe(true);
  expect(allFinite(new Float32Array(0))).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is found anywhere', (bad) => {
  for (const at of [0, 3, 6]) {
    const values = new Float32Array(7).fill(-2);
    values[at] = bad;
    expect(allFinite(values)).toBe(false);
    expect(allFinite(values.subarray(at + 1))).toBe(true);
  }
});

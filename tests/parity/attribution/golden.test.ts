import { expect, test } from 'vitest';
import { relativeL2 } from './golden.ts';

const expected = { shape: [2], data: Float64Array.of(3, 4) };

test('the matcher measures the distance against the norm of what is expected', () => {
  expect(relativeL2({ shape: [2], data: [3, 4] }, expected)).toBe(0);
  expect(relativeL2({ shape: [2], data: [3, 4.5] }, expected)).toBeCloseTo(0.1, 12);
});

test('the matcher refuses another shape', () => {
  expect(() => relativeL2({ shape: [2, 1], data: [3, 4] }, expected)).toThrow(
    'expected shape [2], got [2,1]',
  );
});

test('the matcher does not take NaN for equal, nor anything for zero', () => {
  expect(relativeL2({ shape: [2], data: [3, Number.NaN] }, expected)).toBeNaN();
  expect(relativeL2({ shape: [1], data: [1e-9] }, { shape: [1], data: Float64Array.of(0) })).toBe(
    Number.POSITIVE_INFINITY,
  );
});

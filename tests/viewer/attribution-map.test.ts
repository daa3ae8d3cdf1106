import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../shared/tensor/npy.ts';
import {
  attributionMap,
  largestMagnitude,
  readAttributionMap,
  thresholdOf,
  valueAt,
} from '../../viewer/src/lib/attribution-map.ts';
import { seededNumbers } from './fixture/phantom.ts';

describe('readAttributionMap', () => {
  it('reads float32 [H, W] to the bit', () => {
    const data = Float32Array.of(0.1, -2, 3, 4, -5, Math.fround(6e-8));
    const map = readAttributionMap(writeNpy({ shape: [2, 3], data }));
    expect([map.height, map.width]).toEqual([2, 3]);
    expect(map.values).toEqual(data);
    expect(largestMagnitude(map)).toBe(5);
  });

  it('refuses other arrays and says what it found', () => {
    expect(() => readAttributionMap(writeNpy({ shape: [6], data: new Float32Array(6) }))).toThrow(
      'expected float32 [H, W], got Float32Array [6]',
    );
    expect(() => readAttributionMap(writeNpy({ shape: [2, 3], data: new Float64Array(6) }))).toThrow(
      'got Float64Array [2, 3]',
    );
  });
});

describe('thresholdOf', () => {
  const next = seededNumbers(3);
  const map = attributionMap(
    Float32Array.from({ length: 1000 }, () => next() - 0.5),
    50,
    20,
  );
  const shown = (percent: number) =>
    map.values.filter((v) => Math.abs(v) >= thresholdOf(map, percent)).length;

  it('shows exactly the share asked for where values differ', () => {
    expect([1, 20, 50, 100].map(shown)).toEqual([10, 200, 500, 1000]);
  });

  it('counts values below zero by their magnitude', () => {
    const signed = attributionMap(Float32Array.of(-9, 1, 2, 3), 4, 1);
    expect(thresholdOf(signed, 25)).toBe(9);
  });

  it('never shows zero, even at 100 %', () => {
    const sparse = attributionMap(Float32Array.of(0, 0, 0, 1), 4, 1);
    expect(sparse.values.filter((v) => Math.abs(v) >= thresholdOf(sparse, 100))).toEqual(Float32Array.of(1));
  });

  it('keeps ties together', () => {
    const flat = attributionMap(new Float32Array(100).fill(2), 10, 10);
    expect(thresholdOf(flat, 10)).toBe(2);
  });
});

describe('valueAt', () => {
  const map = attributionMap(Float32Array.of(1, 2, 3, 4), 2, 2);

  it('gives the pixel that holds the point', () => {
    expect(valueAt(map, 0.49, 0.51)).toBe(3);
    expect(valueAt(map, 0.5, 0)).toBe(2);
  });

  it('is null outside', () => {
    expect([valueAt(map, -0.01, 0), valueAt(map, 0, 1), valueAt(map, Number.NaN, 0)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

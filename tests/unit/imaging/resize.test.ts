import { describe, expect, it } from 'vitest';
import { type ResizeKernel, resizePlane } from '../../../shared/imaging/resize.ts';

const line = Float32Array.of(3, 1, 4, 1, 5, 9, 2);
const powers = Float32Array.from({ length: 20 }, (_, i) => i ** 1.5);
const from = { width: 7, height: 1 };

function expectClose(actual: Float32Array, wanted: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  const gaps = wanted.map((value, i) => Math.abs(value - actual[i]!));
  const worst = gaps.indexOf(Math.max(...gaps));
  expect(gaps[worst], `worst at ${worst}: ${actual[worst]} against ${wanted[worst]}`).toBeLessThan(tolerance);
}

describe('resizePlane equals PIL 9.4 (mode F) to 1e-5', () => {
  const TOLERANCE = 1e-5;
  it.each<[ResizeKernel, number[]]>([
    ['linear', [2.357142925, 3.117647171, 5.642857075]],
    ['cubic', [2.245967627, 3.20146513, 5.657258034]],
    ['nearest', [1, 1, 9]],
  ])('shrinking with %s', (kernel, wanted) => {
    expectClose(resizePlane(line, from, { width: 3, height: 1 }, { kernel }), wanted, TOLERANCE);
  });

  it.each<[ResizeKernel, number[]]>([
    ['linear', [3, 1.9, 1.75, 3.85, 2.05, 2.4, 5.2, 8, 5.85, 2]],
    [
      'cubic',
      [
        3.12114024, 1.74116397, 1.5390625, 3.97943759, 1.77131248, 1.88243747, 5.21306229, 8.7734375,
        5.98685694, 1.57600951,
      ],
    ],
    ['nearest', [3, 1, 1, 4, 1, 1, 5, 9, 9, 2]],
  ])('enlarging with %s', (kernel, wanted) => {
    expectClose(resizePlane(line, from, { width: 10, height: 1 }, { kernel }), wanted, TOLERANCE);
  });

  it.each<[ResizeKernel, number[]]>([
    [
      'linear',
      [
        5.3588624, 8.78678036, 13.08972645, 23.91456604, 30.08644104, 36.72651672, 51.47574997, 59.42894745,
        67.746315,
      ],
    ],
    [
      'cubic',
      [
        3.37722325, 6.54099607, 10.79845619, 22.86401176, 29.24296951, 36.14637375, 53.94381714, 62.23822403,
        70.95587921,
      ],
    ],
  ])('of a fractional region in two dimensions with %s', (kernel, wanted) => {
    const region = { x: 0.5, y: 0.25, width: 4, height: 3.5 };
    expectClose(
      resizePlane(powers, { width: 5, height: 4 }, { width: 3, height: 3 }, { kernel, region }),
      wanted,
      2e-5,
    );
  });

  it('of a fractional region in two dimensions with nearest', () => {
    const region = { x: 0.5, y: 0.25, width: 4, height: 3.5 };
    const nearest = resizePlane(
      powers,
      { width: 5, height: 4 },
      { width: 3, height: 3 },
      { kernel: 'nearest', region },
    );
    const at = (...indices: number[]) => indices.map((index) => index ** 1.5);
    expectClose(nearest, at(1, 2, 3, 11, 12, 13, 16, 17, 18), 1e-5);
  });
});

describe('resizePlane', () => {
  const square = { width: 6, height: 6 };
  it.each<ResizeKernel>(['nearest', 'linear', 'cubic'])(
    'keeps every value at the same size with %s',
    (kernel) => {
      const plane = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
      expect(resizePlane(plane, square, square, { kernel })).toEqual(plane);
    },
  );

  it.each<ResizeKernel>(['nearest', 'linear', 'cubic'])('keeps a constant constant with %s', (kernel) => {
    const plane = new Float32Array(36).fill(0.7);
    for (const size of [1, 2, 5, 17]) {
      const out = resizePlane(plane, square, { width: size, height: 2 * size }, { kernel });
      expect(out.length).toBe(2 * size * size);
      expect(Math.max(...out.map((v) => Math.abs(v - Math.fround(0.7))))).toBeLessThan(1e-6);
    }
  });

  it('averages when shrinking with anti-aliasing and picks points without', () => {
    const stripes = Float32Array.from({ length: 64 }, (_, i) => i % 2);
    const size = { width: 64, height: 1 };
    const averaged = resizePlane(stripes, size, { width: 8, height: 1 });
    expect(Math.max(...averaged.subarray(1, 7).map((v) => Math.abs(v - 0.5)))).toBeLessThan(1e-6);
    const picked = resizePlane(stripes, size, { width: 9, height: 1 }, { antialias: 'never' });
    expect(Math.max(...picked) - Math.min(...picked)).toBeGreaterThan(0.7);
  });

  it('never changes its input and mirrors with it', () => {
    const copy = line.slice();
    const out = resizePlane(line, from, { width: 4, height: 1 }, { kernel: 'cubic' });
    expect(line).toEqual(copy);
    const mirrored = resizePlane(line.slice().reverse(), from, { width: 4, height: 1 }, { kernel: 'cubic' });
    expectClose(mirrored.reverse(), [...out], 1e-6);
  });
});

import { expect, test } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { fourierPlan } from '../../../shared/imaging/gaussian-fft.ts';

/** The sum of the definition. */
function literal(real: Float64Array, imaginary: Float64Array, sign: number): [Float64Array, Float64Array] {
  const n = real.length;
  const sumAt = (k: number, part: 0 | 1): number => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      sum += part === 0 ? real[j]! * c - imaginary[j]! * s : real[j]! * s + imaginary[j]! * c;
    }
    return sum;
  };
  return [real.map((_, k) => sumAt(k, 0)), real.map((_, k) => sumAt(k, 1))];
}

test.each([2, 4, 8, 16, 32, 128, 256])(
  'a line of %i: both directions equal the sum of the definition',
  (size) => {
    const random = xoshiro(size);
    const line = () => Float64Array.from({ length: size }, () => random.uniform() - 0.5);
    const [real, imaginary] = [line(), line()];
    const plan = fourierPlan(size);
    for (const [transform, sign] of [
      [plan.forward, -1],
      [plan.inverse, 1],
    ] as const) {
      const found = [real.slice(), imaginary.slice()] as const;
      transform(...found);
      const expected = literal(real, imaginary, sign);
      for (const part of [0, 1] as const) {
        const worst = Math.max(...expected[part].map((value, k) => Math.abs(value - found[part][k]!)));
        expect(worst).toBeLessThan(1e-13 * size);
      }
    }
  },
);

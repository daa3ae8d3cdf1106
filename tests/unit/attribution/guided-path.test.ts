/** The guided path beside a literal twin: one that sorts, and sums every distance anew. */
import { expect, test } from 'vitest';
import { guidedPath } from '../../../shared/attribution/guided-path.ts';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';

const SIZE = 83;

interface Walk {
  readonly x: Float64Array;
  readonly b: Float64Array;
  readonly gradients: readonly Float32Array[];
  readonly fraction: number;
  readonly distance: number;
}

/** METHODS, "Guided IG", word by word. */
function literal({ x, b, gradients, fraction, distance }: Walk): Float64Array {
  const n = gradients.length;
  const p = b.slice();
  const attribution = new Float64Array(SIZE);
  const far = (from: Float64Array): number => from.reduce((sum, v, i) => sum + Math.abs(v - x[i]!), 0);
  const length = far(b);
  gradients.forEach((g, s) => {
    const share = (s + 1) / n;
    const [lo, hi] = [Math.max(share - distance, 0), Math.min(share + distance, 1)];
    const wall = x.map((v, i) => b[i]! + (v - b[i]!) * hi);
    const w = Array.from(g, Math.abs);
    const target = length * (1 - share);
    for (let gamma = Number.POSITIVE_INFINITY; gamma > 1; ) {
      const old = p.slice();
      x.forEach((v, i) => {
        const alpha = v === b[i]! ? hi : (p[i]! - b[i]!) / (v - b[i]!);
        if (alpha < lo) p[i] = b[i]! + (v - b[i]!) * lo;
      });
      const credit = (): void =>
        p.forEach((v, i) => {
          attribution[i]! += (v - old[i]!) * g[i]!;
        });
      const c = far(p);
      if (Math.abs(target - c) <= Math.max(1e-9 * Math.max(target, c), 1e-9)) {
        credit();
        break;
      }
      p.forEach((v, i) => {
        if (Math.abs(v - wall[i]!) < 1e-12) w[i] = Number.POSITIVE_INFINITY;
      });
      const threshold = w.toSorted((u, v) => u - v)[Math.floor(fraction * (SIZE - 1))]!;
      const chosen = w.flatMap((v, i) => (v <= threshold && v !== Number.POSITIVE_INFINITY ? [i] : []));
      const reach = chosen.reduce((sum, i) => sum + Math.abs(p[i]! - wall[i]!), 0);
      gamma = reach > 0 ? (c - target) / reach : Number.POSITIVE_INFINITY;
      for (const i of chosen) p[i] = gamma > 1 ? wall[i]! : p[i]! + (wall[i]! - p[i]!) * gamma;
      credit();
    }
  });
  return attribution;
}

test.each([
  { fraction: 0.25, distance: 0.02, steps: 100 },
  { fraction: 0.25, distance: 1, steps: 30 },
  { fraction: 0.6, distance: 0.2, steps: 20 },
  { fraction: 0.02, distance: 0.1, steps: 40 },
  { fraction: 1, distance: 0.05, steps: 25 },
])('fraction $fraction, distance $distance, $steps steps', ({ fraction, distance, steps }) => {
  const random = xoshiro(steps);
  const draw = (): number => 2 * random.uniform() - 1;
  const b = Float64Array.from({ length: SIZE }, draw);
  // Some features have no way to go, and some gradients are zero or tied.
  const x = b.map((value, i) => (i % 11 === 0 ? value : draw()));
  const gradients = Array.from({ length: steps }, () =>
    Float32Array.from({ length: SIZE }, (_, i) => (i % 7 === 0 ? 0.25 : i % 13 === 0 ? 0 : draw())),
  );
  const path = guidedPath(x, b, fraction, distance);
  gradients.forEach((gradient, step) => {
    path.advance(gradient, step, steps);
  });
  literal({ x, b, gradients, fraction, distance }).forEach((value, i) => {
    expect(Math.abs(path.attribution[i]! - value)).toBeLessThan(1e-9);
    expect(Math.abs(path.point[i]! - x[i]!)).toBeLessThan(1e-9);
  });
});

/**
 * Gradient noise in the plane (Perlin 2002, "Improving noise"): smooth, band-limited, zero at lattice points.
 * A random gradient of unit length sits at each lattice point; a quintic fade blends the four around a point.
 */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';

/** (x, y) in lattice units -> about [−1, 1], mean 0. Same source state, same noise. */
export type PlaneNoise = (x: number, y: number) => number;

const PERIOD = 256;
const DIRECTIONS = 32;
/** Brings the extremes of unit-gradient noise, ±√½, to about ±1. */
const GAIN = Math.SQRT2;

const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10);

/** A noise of its own for every state of `source`; repeats every 256 lattice units. */
export function gradientNoise(source: UniformSource): PlaneNoise {
  const order = shuffled(source);
  const angles = Array.from({ length: DIRECTIONS }, (_, i) => (2 * Math.PI * (i + 0.5)) / DIRECTIONS);
  const cosines = Float64Array.from(angles, Math.cos);
  const sines = Float64Array.from(angles, Math.sin);
  const corner = (column: number, row: number, dx: number, dy: number): number => {
    const hash = order[(order[column & (PERIOD - 1)]! + row) & (PERIOD - 1)]! % DIRECTIONS;
    return cosines[hash]! * dx + sines[hash]! * dy;
  };
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const dx = x - column;
    const dy = y - row;
    const u = fade(dx);
    const top = corner(column, row, dx, dy) * (1 - u) + corner(column + 1, row, dx - 1, dy) * u;
    const bottom =
      corner(column, row + 1, dx, dy - 1) * (1 - u) + corner(column + 1, row + 1, dx - 1, dy - 1) * u;
    return GAIN * (top + (bottom - top) * fade(dy));
  };
}

/** `octaves` noises, each twice as fine and half as strong as the one before; about [−1, 1]. */
export function fractalNoise(noise: PlaneNoise, octaves: number): PlaneNoise {
  const total = 2 - 2 ** (1 - octaves);
  return (x, y) => {
    let sum = 0;
    for (let octave = 0; octave < octaves; octave++) {
      const scale = 2 ** octave;
      sum += noise(x * scale + 17.3 * octave, y * scale - 9.1 * octave) / scale;
    }
    return sum / total;
  };
}

/** Fisher and Yates. */
function shuffled(source: UniformSource): Uint8Array {
  const order = Uint8Array.from({ length: PERIOD }, (_, i) => i);
  for (let i = PERIOD - 1; i > 0; i--) {
    const j = source.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/**
 * A synthetic space-occupying lesion: a blob with an irregular rim, sometimes ring-enhancing around a dark
 * core, often with a swollen darker surround, pushing the tissue around it outward.
 */
import { normals } from '../attribution/noise/normal.ts';
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import type { Anatomy } from './anatomy.ts';
import { gradientNoise } from './gradient-noise.ts';
import { length, mix, type Point, softStep } from './shapes.ts';

export interface Lesion {
  readonly center: Point;
  /** Mean radius in head units. */
  readonly radius: number;
  readonly pattern: 'bright' | 'ring' | 'dark';
  /** Signed distance to the rim, negative inside. */
  distance(x: number, y: number): number;
  /** `signal` of the tissue below -> signal with the lesion. */
  paint(signal: number, x: number, y: number, edge: number): number;
  /** Where the tissue seen at a point lay before the lesion grew. */
  displace(x: number, y: number): Point;
}

const SMALLEST = 0.08;
const LARGEST = 0.19;
const PLACE_TRIES = 200;

/** A lesion inside the brain of `anatomy`, off the ventricles. */
export function drawLesion(anatomy: Anatomy, source: UniformSource): Lesion {
  const radius = mix(SMALLEST, LARGEST, source.uniform());
  const center = drawCenter(anatomy, source, radius);
  const pattern = (['bright', 'ring', 'dark'] as const)[source.below(3)]!;
  const rim = gradientNoise(source);
  const contrast = 0.9 + 0.25 * source.uniform();
  const swelling = source.uniform() < 0.7 ? 0.3 + 0.7 * source.uniform() : 0;
  const push = 0.25 + 0.2 * source.uniform();
  const grain = normals(source)() * 10;
  const distance = (x: number, y: number): number => {
    const dx = x - center.x;
    const dy = y - center.y;
    const far = length(dx, dy) || 1;
    const uneven = 1 + 0.24 * rim((dx / far) * 1.2 + grain, (dy / far) * 1.2) + 0.06 * rim(x * 22, y * 22);
    return far - radius * uneven;
  };
  const paint = (signal: number, x: number, y: number, edge: number): number => {
    const outside = distance(x, y);
    const swollen = swelling * radius;
    const halo = swollen > 0 ? 0.3 * softStep(swollen - outside, swollen * 0.6 + edge) : 0;
    const surround = signal * (1 - halo * contrast * softStep(anatomy.depth(x, y), 0.03));
    const mottled = 1 + 0.15 * rim(x * 13, y * 13) + 0.08 * rim(x * 31, y * 31);
    const target = lesionSignal(pattern, outside, radius, edge) * mottled;
    return mix(surround, mix(0.55, target, contrast), softStep(-outside, edge + 0.012));
  };
  const displace = (x: number, y: number): Point => {
    const dx = x - center.x;
    const dy = y - center.y;
    const share =
      push *
      softStep(anatomy.depth(x, y) - 0.02, 0.06) *
      Math.exp(-(dx * dx + dy * dy) / (2 * (1.8 * radius) ** 2));
    return { x: x - dx * share, y: y - dy * share };
  };
  return { center, radius, pattern, distance, paint, displace };
}

function lesionSignal(pattern: Lesion['pattern'], outside: number, radius: number, edge: number): number {
  if (pattern === 'bright') return 0.9;
  if (pattern === 'dark') return 0.18;
  const thickness = 0.3 * radius;
  return mix(0.22, 0.95, softStep(outside + thickness, edge + 0.018));
}

function drawCenter(anatomy: Anatomy, source: UniformSource, radius: number): Point {
  for (let attempt = 0; attempt < PLACE_TRIES; attempt++) {
    const x = (2 * source.uniform() - 1) * 0.6;
    const y = (2 * source.uniform() - 1) * 0.75;
    const inBrain = anatomy.depth(x, y) > 0.6 * radius + 0.03;
    const clear = anatomy.ventricles(x, y) > 0.6 * radius && Math.abs(x) > 0.7 * radius;
    if (inBrain && clear) return { x, y };
  }
  return { x: 0.32, y: 0.1 };
}

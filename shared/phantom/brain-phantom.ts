/**
 * Synthetic brain MR slices with a known answer: the same seed gives the same head, with or without a lesion.
 *
 * image = quantize(√((b·s + σn₁)² + (σn₂)²)): tissue signal s under a receive-coil bias field b with Rician noise
 * (Gudbjartsson and Patz 1995), n₁, n₂ ~ N(0, 1). For tests, demonstrations and teaching; never for diagnosis.
 */
import { normals } from '../attribution/noise/normal.ts';
import { type UniformSource, xoshiro } from '../attribution/noise/xoshiro.ts';
import { drawAnatomy } from './anatomy.ts';
import { gradientNoise } from './gradient-noise.ts';
import { drawLesion, type Lesion } from './lesion.ts';
import { length } from './shapes.ts';

export interface PhantomOptions {
  /** Pixels along each side; default 256. */
  readonly size?: number;
  readonly lesion: 'present' | 'absent';
}

export interface BrainPhantom {
  readonly size: number;
  /** [size, size] 8-bit gray. */
  readonly image: Uint8Array;
  /** [size, size]: 255 inside the lesion (surrounding swelling not counted), else 0. */
  readonly mask: Uint8Array;
  readonly pattern: Lesion['pattern'] | null;
}

/** Signal 1 becomes this gray value. */
const WHITE_LEVEL = 235;
/** Streams of one seed, so that lesion and noise draws never move the anatomy. */
const STREAMS = { anatomy: 0, lesion: 1, pose: 2, bias: 3, noise: 4 } as const;

/** The phantom of `seed` (integer). The mask of an absent lesion is all zero. */
export function brainPhantom(seed: number, options: PhantomOptions): BrainPhantom {
  const { size = 256, lesion: wanted } = options;
  const stream = (name: keyof typeof STREAMS): UniformSource =>
    xoshiro(Math.imul(seed, 0x9e3779b1) ^ Math.imul(STREAMS[name] + 1, 0x85ebca6b));
  const anatomy = drawAnatomy(stream('anatomy'));
  const lesion = wanted === 'present' ? drawLesion(anatomy, stream('lesion')) : null;
  const pose = drawPose(stream('pose'));
  const bias = drawBias(stream('bias'));
  const noise = stream('noise');
  const sigma = 0.01 + 0.025 * noise.uniform();
  const normal = normals(noise);
  const edge = 1.3 / size;
  const image = new Uint8Array(size * size);
  const mask = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const u = (2 * (column + 0.5)) / size - 1;
      const v = (2 * (row + 0.5)) / size - 1;
      const [x, y] = pose(u, v);
      const before = lesion?.displace(x, y) ?? { x, y };
      const tissue = anatomy.signal(before.x, before.y, edge);
      const signal = bias(u, v) * (lesion?.paint(tissue, x, y, edge) ?? tissue);
      const magnitude = length(signal + sigma * normal(), sigma * normal());
      image[at] = Math.round(Math.min(255, WHITE_LEVEL * magnitude));
      mask[at] = lesion !== null && lesion.distance(x, y) < 0 ? 255 : 0;
    }
  }
  return { size, image, mask, pattern: lesion?.pattern ?? null };
}

/** Picture coordinates (−1..1) -> head coordinates: turned up to 10°, scaled up to 6 %, shifted up to 3 %. */
function drawPose(source: UniformSource): (u: number, v: number) => [number, number] {
  const within = (limit: number): number => (2 * source.uniform() - 1) * limit;
  const angle = within((10 * Math.PI) / 180);
  const scale = 1.02 + within(0.06);
  const shift = { x: within(0.03), y: within(0.03) };
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  return (u, v) => [cos * (u - shift.x) + sin * (v - shift.y), cos * (v - shift.y) - sin * (u - shift.x)];
}

/** A smooth factor of 1 ± 15 % over the field of view. */
function drawBias(source: UniformSource): (u: number, v: number) => number {
  const noise = gradientNoise(source);
  const strength = 0.05 + 0.1 * source.uniform();
  return (u, v) => 1 + strength * noise(0.8 * u + 0.5, 0.8 * v + 0.5);
}

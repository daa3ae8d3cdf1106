import { describe, expect, it } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { type BrainPhantom, brainPhantom } from '../../../shared/phantom/brain-phantom.ts';
import { fractalNoise, gradientNoise } from '../../../shared/phantom/gradient-noise.ts';

const SIZE = 96;
const SEEDS = Array.from({ length: 12 }, (_, i) => 4000 + 17 * i);
const withLesion = SEEDS.map((seed) => brainPhantom(seed, { size: SIZE, lesion: 'present' }));
const without = SEEDS.map((seed) => brainPhantom(seed, { size: SIZE, lesion: 'absent' }));

const area = ({ mask }: BrainPhantom) => mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function inAndAround(phantom: BrainPhantom): { inside: number[]; around: number[] } {
  const inside: number[] = [];
  const around: number[] = [];
  phantom.image.forEach((value, i) => {
    const near = [-6, 6, -6 * SIZE, 6 * SIZE].some((step) => phantom.mask[i + step] === 255);
    if (phantom.mask[i] === 255) inside.push(value);
    else if (near) around.push(value);
  });
  return { inside, around };
}

describe('brainPhantom', () => {
  it('gives the same bytes for the same seed and others for another', () => {
    const again = brainPhantom(SEEDS[0]!, { size: SIZE, lesion: 'present' });
    expect(again).toEqual(withLesion[0]);
    expect(withLesion[1]!.image).not.toEqual(withLesion[0]!.image);
  });

  it('marks a lesion of 0.3 % to 6 % of the picture, and none where there is none', () => {
    for (const phantom of withLesion) {
      expect(area(phantom) / SIZE ** 2).toBeGreaterThan(0.003);
      expect(area(phantom) / SIZE ** 2).toBeLessThan(0.06);
      expect(new Set(phantom.mask)).toEqual(new Set([0, 255]));
    }
    expect(without.every((phantom) => area(phantom) === 0 && phantom.pattern === null)).toBe(true);
  });

  it('keeps the head of a seed: far from the lesion the twins agree to the bit', () => {
    withLesion.forEach((phantom, i) => {
      const twin = without[i]!;
      const differing = phantom.image.filter((value, at) => value !== twin.image[at]).length;
      expect(differing).toBeGreaterThan(area(phantom) / 2);
      const far = [...phantom.image.keys()].filter((at) => farFrom(phantom, at, 45));
      expect(far.length).toBeGreaterThan(500);
      const changed = far.filter((at) => Math.abs(phantom.image[at]! - twin.image[at]!) > 12).length;
      expect(changed / far.length).toBeLessThan(0.02);
    });
  });

  it('gives the lesion a signal of its own: its mean or spread differs from its surroundings', () => {
    for (const phantom of withLesion) {
      const { inside, around } = inAndAround(phantom);
      const difference = Math.abs(mean(inside) - mean(around));
      const range = Math.max(...inside) - Math.min(...inside);
      expect(Math.max(difference, range / 3)).toBeGreaterThan(15);
    }
  });

  it('draws every pattern', () => {
    expect(new Set(withLesion.map((phantom) => phantom.pattern))).toEqual(
      new Set(['bright', 'ring', 'dark']),
    );
  });

  it('shows a head on dark air: corners near zero, scalp brightest, brain between', () => {
    for (const phantom of without) {
      const corner = [...phantom.image.subarray(0, 8)];
      expect(mean(corner)).toBeLessThan(15);
      const middle = Array.from({ length: 40 }, (_, i) => phantom.image[(28 + i) * SIZE + 60]!);
      expect(mean(middle)).toBeGreaterThan(80);
      expect(mean(middle)).toBeLessThan(180);
      expect(Math.max(...phantom.image)).toBeGreaterThan(170);
    }
  });

  it('is the same head at another size', () => {
    const large = brainPhantom(SEEDS[2]!, { size: 2 * SIZE, lesion: 'present' });
    expect(area(large) / 4).toBeGreaterThan(0.9 * area(withLesion[2]!));
    expect(area(large) / 4).toBeLessThan(1.1 * area(withLesion[2]!));
  });
});

function farFrom(phantom: BrainPhantom, at: number, distance: number): boolean {
  const [row, column] = [Math.floor(at / SIZE), at % SIZE];
  const step = 6;
  for (let y = Math.max(0, row - distance); y < Math.min(SIZE, row + distance); y += step) {
    for (let x = Math.max(0, column - distance); x < Math.min(SIZE, column + distance); x += step) {
      if (phantom.mask[y * SIZE + x] === 255) return false;
    }
  }
  return true;
}

describe('gradientNoise', () => {
  const noise = gradientNoise(xoshiro(3));
  const samples = Array.from({ length: 4000 }, (_, i) => noise((i % 80) * 0.31, Math.floor(i / 80) * 0.37));

  it('is zero at lattice points, has mean zero and stays within ±1.1', () => {
    expect(noise(5, 9)).toBe(0);
    expect(Math.abs(mean(samples))).toBeLessThan(0.03);
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(1.1);
    expect(Math.max(...samples.map(Math.abs))).toBeGreaterThan(0.5);
  });

  it('is continuous', () => {
    const steps = samples.map((value, i) =>
      Math.abs(noise((i % 80) * 0.31 + 1e-4, Math.floor(i / 80) * 0.37) - value),
    );
    expect(Math.max(...steps)).toBeLessThan(5e-4);
  });

  it('keeps its range when octaves are summed', () => {
    const sum = fractalNoise(noise, 4);
    const values = samples.map((_, i) => Math.abs(sum((i % 80) * 0.31, Math.floor(i / 80) * 0.37)));
    expect(Math.max(...values)).toBeLessThan(1.1);
  });
});

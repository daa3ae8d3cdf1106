import { describe, expect, it } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { type Augmentation, augmentationSchema } from '../../../shared/manifest/study.ts';
import { augmentInto } from '../../../shared/study/augment.ts';

const shape = [1, 4, 4] as const;
const image = Float32Array.from({ length: 16 }, (_, at) => at / 16);
const range = { black: -1, white: 1 };

function augmented(augmentation: Partial<Augmentation>, seed: number): Float32Array {
  const out = new Float32Array(16);
  augmentInto(out, image, shape, augmentationSchema.parse(augmentation), range, xoshiro(seed));
  return out;
}
const seeds = Array.from({ length: 24 }, (_, seed) => seed);

describe('augmentInto', () => {
  it('leaves an image as it is where nothing is asked for', () => {
    expect(augmented({}, 5)).toEqual(image);
  });

  it('flips one image in two, exactly', () => {
    const mirrored = image.map((_, at) => image[at - (at % 4) + 3 - (at % 4)]!);
    const results = seeds.map((seed) => augmented({ flipHorizontal: true }, seed));
    const flips = results.filter((result) => result[0] === mirrored[0]);
    for (const result of results) expect([image, mirrored]).toContainEqual(result);
    expect(flips.length).toBeGreaterThan(4);
    expect(flips.length).toBeLessThan(20);
  });

  it('shifts by whole pixels and fills with black', () => {
    const moved = seeds.map((seed) => augmented({ shift: 0.25 }, seed));
    const rows = new Set(image);
    for (const value of moved.flatMap((result) => [...result])) {
      expect(value === -1 || rows.has(value)).toBe(true);
    }
    expect(moved.some((result) => result.includes(-1))).toBe(true);
  });

  it('turns about the center, keeping an image of one value inside', () => {
    const out = new Float32Array(16);
    const turn = augmentationSchema.parse({ rotation: 90 });
    augmentInto(out, new Float32Array(16).fill(0.5), shape, turn, range, xoshiro(2));
    expect(out[5]).toBeCloseTo(0.5, 6);
    expect(out[0]).toBeLessThanOrEqual(0.5);
  });

  it('changes brightness and contrast within the range, the same for a seed', () => {
    const strong = { brightness: 0.5, contrast: 0.5 };
    for (const seed of seeds) {
      const result = augmented(strong, seed);
      expect(Math.min(...result)).toBeGreaterThanOrEqual(-1);
      expect(Math.max(...result)).toBeLessThanOrEqual(1);
      expect(augmented(strong, seed)).toEqual(result);
    }
    expect(augmented(strong, 1)).not.toEqual(augmented(strong, 2));
  });
});

import { describe, expect, it } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { splitSchema } from '../../../shared/manifest/study.ts';
import { groupImages } from '../../../shared/study/group-images.ts';
import { indexStudyData } from '../../../shared/study/index-study-data.ts';
import { nearDuplicates } from '../../../shared/study/near-duplicates.ts';
import { hammingDistance, orientedHashes } from '../../../shared/study/perceptual-hash.ts';
import { leakedTestImages, splitImages } from '../../../shared/study/split-images.ts';

const SIDE = 64;
const extent = { width: SIDE, height: SIDE };

/** Smooth blobs: pictures that differ from seed to seed, as scans of different heads do. */
function picture(seed: number): Float32Array {
  const { uniform } = xoshiro(seed);
  const blobs = Array.from(
    { length: 12 },
    () => [uniform(), uniform(), 0.05 + 0.15 * uniform(), uniform()] as const,
  );
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [(i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE];
    return blobs.reduce(
      (sum, [cx, cy, r, a]) => sum + a * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * r * r)),
      0,
    );
  });
}

const at = (
  plane: Float32Array,
  from: (row: number, column: number) => readonly [number, number],
): Float32Array =>
  plane.map((_, i) => {
    const [row, column] = from(Math.floor(i / SIDE), i % SIDE);
    return plane[row * SIDE + column]!;
  });
const last = SIDE - 1;
const turned = {
  mirrored: (plane: Float32Array) => at(plane, (r, c) => [r, last - c]),
  'upside down': (plane: Float32Array) => at(plane, (r, c) => [last - r, c]),
  'turned by 180°': (plane: Float32Array) => at(plane, (r, c) => [last - r, last - c]),
  'turned by 90°': (plane: Float32Array) => at(plane, (r, c) => [last - c, r]),
  transposed: (plane: Float32Array) => at(plane, (r, c) => [c, r]),
};
const darker = (plane: Float32Array): Float32Array => plane.map((value) => 0.5 * value + 0.1);
const hashed = (plane: Float32Array) => orientedHashes(plane, extent);

describe('near-duplicates', () => {
  it('ignores brightness and contrast, and tells different pictures apart', () => {
    const [a, b] = [hashed(picture(1)), hashed(picture(2))];
    expect(hammingDistance(a.upright, hashed(darker(picture(1))).upright)).toBeLessThanOrEqual(2);
    expect(hammingDistance(a.upright, b.upright)).toBeGreaterThan(60);
  });

  it.each(Object.entries(turned))('finds a copy that is %s', (_, turn) => {
    const images = [picture(1), picture(2), turn(darker(picture(1)))].map(hashed);
    const groups = groupImages(images.map((hashes) => ({ hashes, patient: null })));
    expect(groups).toEqual([0, 1, 0]);
  });

  it('finds exactly the pairs that comparing all would find', () => {
    const { below } = xoshiro(5);
    const originals = Array.from({ length: 10 }, (_, n) => hashed(picture(n)).upright);
    const images = Array.from({ length: 60 }, (_, n) => {
      const hash = originals[n % 10]!.slice();
      for (let flips = below(14); flips > 0; flips--) hash[below(8)]! ^= 1 << below(32);
      return { upright: hash, orientations: [hash] };
    });
    const found = new Set([...nearDuplicates(images)].map(([a, b]) => `${a} ${b}`));
    const all = images.flatMap((a, i) =>
      images.flatMap((b, j) => (i !== j && hammingDistance(a.upright, b.upright) <= 10 ? [`${i} ${j}`] : [])),
    );
    expect(found).toEqual(new Set(all));
    expect(all.length).toBeGreaterThan(20);
  });

  it('keeps images of one patient together, through a shared near-duplicate too', () => {
    const of = (seed: number, patient: string | null) => ({ hashes: hashed(picture(seed)), patient });
    expect(groupImages([of(1, 'p'), of(2, 'p'), of(2, null), of(3, 'q'), of(4, null)])).toEqual([
      0, 0, 0, 1, 2,
    ]);
  });
});

describe('groupImages', () => {
  it('joins mirrored copies, or takes them for others where only upright twins count', () => {
    const plane = picture(1);
    const images = [plane, darker(plane), turned.mirrored(plane), picture(2)].map((each) => ({
      hashes: hashed(each),
      patient: null,
    }));
    expect(groupImages(images)).toEqual([0, 0, 0, 1]);
    expect(groupImages(images, 'upright')).toEqual([0, 0, 1, 2]);
  });
});

describe('splitImages', () => {
  const { below } = xoshiro(9);
  const groups = Array.from({ length: 300 }, (_, group) => ({
    label: group % 3 === 0 ? 1 : 0,
    images: group < 6 ? 30 : 1 + below(4),
  }));
  const images = groups.flatMap(({ label, images: count }, group) =>
    Array.from({ length: count }, () => ({ label, group })),
  );
  const split = (changes: object = {}) =>
    splitSchema.parse({ train: 0.7, validation: 0.15, test: 0.15, ...changes });
  const withParts = (changes: object = {}) => {
    const parts = splitImages(images, split(changes));
    return images.map((image, index) => ({ ...image, part: parts[index]! }));
  };

  it('parts no group and gives every class its shares to one image in a hundred', () => {
    const all = withParts();
    for (const group of groups.keys()) {
      expect(new Set(all.filter((image) => image.group === group).map(({ part }) => part)).size).toBe(1);
    }
    for (const label of [0, 1]) {
      const members = all.filter((image) => image.label === label);
      const share = (part: string): number =>
        members.filter((image) => image.part === part).length / members.length;
      expect(Math.abs(share('train') - 0.7)).toBeLessThan(0.01);
      expect(Math.abs(share('test') - 0.15)).toBeLessThan(0.01);
    }
    expect(leakedTestImages(all)).toBe(0);
  });

  it('repeats itself for a seed, differs for another, and leaks when images are split one by one', () => {
    expect(withParts()).toEqual(withParts());
    expect(withParts({ seed: 2 })).not.toEqual(withParts());
    const naive = withParts({ by: 'image' });
    const tested = naive.filter(({ part }) => part === 'test').length;
    expect(leakedTestImages(naive)).toBeGreaterThan(0.4 * tested);
  });
});

describe('indexStudyData', () => {
  const image = (seed: number, label: number, test = false) => ({
    digest: `sha256:${String(seed).padStart(64, '0')}`,
    hashes: hashed(picture(seed)),
    patient: null,
    label,
    test,
  });
  const input = {
    layout: 'NCHW',
    channels: 1,
    height: 8,
    width: 8,
    range: [0, 1],
    mean: [0],
    std: [1],
    resize: 'pad',
  };
  const index = (images: ReturnType<typeof image>[], by = 'group') =>
    indexStudyData({
      classes: ['a', 'b'],
      input: input as never,
      split: splitSchema.parse({ by }),
      images,
      unreadable: { 'image-corrupt': 2 },
      fixedTest: images.some(({ test }) => test),
    }).index;

  it('leaves out equal pixels under two classes', () => {
    const { images, unreadable } = index([image(1, 0), image(1, 1), image(2, 0), image(3, 1)]);
    expect(images).toHaveLength(2);
    expect(unreadable).toEqual({ 'image-corrupt': 2, 'label-conflict': 2 });
  });

  it('keeps a test folder whole and leaves out what in training resembles it, unless the split is naive', () => {
    const images = [image(1, 0), image(2, 1), image(3, 0), image(4, 1), image(1, 0, true), image(5, 1, true)];
    const safe = index(images);
    expect(safe.unreadable['twin-of-test-image']).toBe(1);
    expect(leakedTestImages(safe.images)).toBe(0);
    expect(safe.images.filter(({ part }) => part === 'test')).toHaveLength(2);
    expect(index(images, 'image').unreadable['twin-of-test-image']).toBeUndefined();
  });
});

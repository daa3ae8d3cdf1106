import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gaussianBlur, gaussianKernel } from '../../../shared/imaging/gaussian.ts';
import { dilateByDisk } from '../../../shared/segmentation/dilation.ts';
import { edgeGraph, felzenszwalb } from '../../../shared/segmentation/felzenszwalb.ts';
import { segmentAtScales, segmentationImage } from '../../../shared/segmentation/image-regions.ts';
import { regionPixels, regionsOf, regionsOfLabels } from '../../../shared/segmentation/regions.ts';

test('dilation holds exactly the pixels within the radius', () => {
  const [height, width, radius] = [11, 13, 3];
  const pixel = fc.nat(height * width - 1);
  fc.assert(
    fc.property(fc.uniqueArray(pixel, { minLength: 1, maxLength: 12 }), (chosen) => {
      const list = Uint32Array.from(chosen).sort();
      const found = [...regionPixels(dilateByDisk(regionsOf(height, width, [list]), radius), 0)];
      const near = (p: number): boolean =>
        chosen.some((q) => {
          const dy = Math.floor(p / width) - Math.floor(q / width);
          const dx = (p % width) - (q % width);
          return dy * dy + dx * dx <= radius * radius;
        });
      expect(found).toEqual(Array.from({ length: height * width }, (_, p) => p).filter(near));
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('two flat halves are two segments, pieces below the least size are merged', () => {
  const plane = Float64Array.from({ length: 400 }, (_, p) => (p % 20 < 10 ? 0 : 1));
  plane[44] = 0.8;
  const labels = felzenszwalb(edgeGraph([plane], 20, 20, 0.1), 20, 10);
  expect([...labels]).toEqual(Array.from({ length: 400 }, (_, p) => (p % 20 < 10 ? 0 : 1)));
  expect(Math.max(...felzenszwalb(edgeGraph([plane], 20, 20, 0.1), 20, 1))).toBe(2);
});

test('a constant image is one segment at every scale', () => {
  const maps = segmentAtScales([new Float64Array(30).fill(7)], { height: 5, width: 6 });
  expect(maps).toHaveLength(6);
  for (const labels of maps) expect([...new Set(labels)]).toEqual([0]);
});

test('the segmentation image spans [−1, 1] and a constant one is zero', () => {
  const [constant] = segmentationImage([new Float64Array(30).fill(7)], { height: 5, width: 6 });
  expect(constant!.every((value) => value === 0)).toBe(true);
  const ramp = Float64Array.from({ length: 300 * 300 }, (_, p) => p % 300);
  const [stretched] = segmentationImage([ramp], { height: 300, width: 300 });
  expect(stretched!).toHaveLength(224 * 224);
  expect(Math.min(...stretched!.slice(0, 224))).toBeGreaterThanOrEqual(-1);
  expect(stretched![112 * 224 + 112]).toBeCloseTo(((112.5 * 300) / 224 - 0.5) / 149.5 - 1, 3);
});

test('labels become regions, those no pixel has are left out', () => {
  const regions = regionsOfLabels(2, 2, [Int32Array.of(0, 2, 2, 0), Int32Array.of(0, 0, 0, 0)]);
  expect(regions.count).toBe(3);
  expect([...regionPixels(regions, 1)]).toEqual([1, 2]);
});

test('Gaussian kernels sum to one, and a mirrored border keeps a constant plane', () => {
  const kernel = gaussianKernel(2.3);
  expect(kernel).toHaveLength(Math.floor(4 * 2.3 + 0.5) + 1);
  expect(2 * kernel.reduce((a, b) => a + b, 0) - kernel[0]!).toBeCloseTo(1, 14);
  const flat = gaussianBlur(new Float64Array(15).fill(3), 3, 5, 2.3, 'reflect');
  for (const value of flat) expect(value).toBeCloseTo(3, 12);
});

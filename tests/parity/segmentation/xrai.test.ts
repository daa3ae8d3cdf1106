/** XRAI's search against PAIR saliency 0.2.1, with its masks and with our own segments. */
import { describe, expect, test } from 'vitest';
import { xraiRegions } from '../../../shared/segmentation/image-regions.ts';
import { searchFast, searchFull } from '../../../shared/segmentation/region-search.ts';
import { type Regions, regionsOf } from '../../../shared/segmentation/regions.ts';
import { correlation, golden, goldenMissing, report } from '../attribution/golden.ts';

describe.skipIf(goldenMissing).each(['xrai/64', 'xrai/120x100'])('%s', (folder) => {
  const [height, width] = folder === 'xrai/64' ? [64, 64] : [120, 100];

  /** The signed maximum over channels. */
  function attribution(): Float64Array {
    const { data } = golden(folder, 'attribution');
    return Float64Array.from({ length: height * width }, (_, p) =>
      Math.max(...data.subarray(3 * p, 3 * p + 3)),
    );
  }

  /** Masks are stored as bits along a row, highest bit first. */
  function masks(): Regions {
    const { shape, data } = golden(folder, 'masks');
    const [count, , rowBytes] = shape as [number, number, number];
    const lists = Array.from({ length: count }, (_, m) => {
      const holds = (p: number): boolean => {
        const [y, x] = [Math.floor(p / width), p % width];
        return ((data[(m * height + y) * rowBytes + (x >> 3)]! >> (7 - (x & 7))) & 1) === 1;
      };
      return Uint32Array.from({ length: height * width }, (__, p) => p).filter(holds);
    });
    return regionsOf(height, width, lists);
  }

  test.each([
    ['full_1.0', (r: Regions, a: Float64Array) => searchFull(r, a, 1)],
    ['full_0.25', (r: Regions, a: Float64Array) => searchFull(r, a, 0.25)],
    ['fast_1.0', (r: Regions, a: Float64Array) => searchFast(r, a)],
  ] as const)('%s with the given masks: values and ranks', (name, search) => {
    const expected = golden(folder, `expect_${name}`).data;
    const found = search(masks(), attribution());
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found.values[i]!)), 0);
    report(`${folder}/${name}`, worst, 'max abs <= 1e-9');
    expect(worst).toBeLessThanOrEqual(1e-9);
    expect([...found.ranks]).toEqual([...golden(folder, `expect_${name}_ranks`).data]);
  });

  test('own segments', () => {
    const { data } = golden(folder, 'image');
    const planes = [0, 1, 2].map((c) =>
      Float64Array.from({ length: height * width }, (_, p) => data[3 * p + c]!),
    );
    const { values } = searchFull(xraiRegions(planes, { height, width }), attribution(), 1);
    const r = correlation(values, golden(folder, 'expect_own_segments_full').data);
    report(`${folder}/own_segments_full`, 1 - r, '1 - r <= 0.03');
    expect(r).toBeGreaterThanOrEqual(0.97);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RegionMap, searchFast, searchFull } from '../../../shared/segmentation/region-search.ts';
import { type Regions, regionPixels, regionsOf } from '../../../shared/segmentation/regions.ts';

const [HEIGHT, WIDTH] = [9, 8];
const PIXELS = HEIGHT * WIDTH;

/** Rectangles, and an attribution of whole numbers so that sums are exact and ties are ties. */
const cases = fc.record({
  rectangles: fc.array(fc.record({ top: fc.nat(8), left: fc.nat(7), height: fc.nat(8), width: fc.nat(7) }), {
    minLength: 1,
    maxLength: 12,
  }),
  attribution: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: PIXELS, maxLength: PIXELS }),
  threshold: fc.constantFrom(0.1, 0.5, 1),
  minNew: fc.constantFrom(1, 4),
});

function toRegions(
  rectangles: readonly { top: number; left: number; height: number; width: number }[],
): Regions {
  const lists = rectangles.map(({ top, left, height, width }) =>
    Uint32Array.from({ length: PIXELS }, (_, p) => p).filter((p) => {
      const [y, x] = [Math.floor(p / WIDTH), p % WIDTH];
      return y >= top && y <= top + height && x >= left && x <= left + width;
    }),
  );
  return regionsOf(HEIGHT, WIDTH, lists);
}

/** The search as the reference writes it: every mask scanned again in every round. */
function literalFull(
  regions: Regions,
  attribution: Float64Array,
  threshold: number,
  minNew: number,
): RegionMap {
  const covered = new Set<number>();
  const values = new Float64Array(PIXELS).fill(Number.NEGATIVE_INFINITY);
  let remaining = Array.from({ length: regions.count }, (_, r) => r);
  const trace: { pixels: number[]; gain: number }[] = [];
  const fresh = (r: number): number[] => [...regionPixels(regions, r)].filter((p) => !covered.has(p));
  const mean = (pixels: readonly number[]): number =>
    pixels.reduce((sum, p) => sum + attribution[p]!, 0) / pixels.length;
  while (covered.size / PIXELS <= threshold) {
    remaining = remaining.filter((r) => fresh(r).length >= minNew);
    if (remaining.length === 0) break;
    const best = remaining.reduce((a, b) => (mean(fresh(b)) > mean(fresh(a)) ? b : a));
    const pixels = fresh(best);
    const gain = mean(pixels);
    for (const p of pixels) {
      values[p] = gain;
      covered.add(p);
    }
    trace.push({ pixels, gain });
    remaining = remaining.filter((r) => r !== best);
  }
  const rest = [...values.keys()].filter((p) => !covered.has(p));
  for (const p of rest) values[p] = mean(rest);
  const ordered = trace.toSorted((a, b) => b.gain - a.gain);
  if (rest.length > 0) ordered.push({ pixels: rest, gain: 0 });
  const ranks = new Int32Array(PIXELS);
  ordered.forEach(({ pixels }, i) => {
    for (const p of pixels) ranks[p] = i + 1;
  });
  return { values, ranks };
}

test('the incremental search equals the literal one', () => {
  fc.assert(
    fc.property(cases, ({ rectangles, attribution, threshold, minNew }) => {
      const regions = toRegions(rectangles);
      const scores = Float64Array.from(attribution);
      const found = searchFull(regions, scores, threshold, minNew);
      const literal = literalFull(regions, scores, threshold, minNew);
      expect([...found.values]).toEqual([...literal.values]);
      expect([...found.ranks]).toEqual([...literal.ranks]);
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('both searches keep the sum and number every pixel', () => {
  fc.assert(
    fc.property(cases, ({ rectangles, attribution, minNew }) => {
      const regions = toRegions(rectangles);
      const scores = Float64Array.from(attribution);
      const total = scores.reduce((a, b) => a + b, 0);
      for (const found of [searchFull(regions, scores, 1, minNew), searchFast(regions, scores, minNew)]) {
        expect(found.values.reduce((a, b) => a + b, 0)).toBeCloseTo(total, 9);
        expect(found.ranks.every((rank) => rank >= 1)).toBe(true);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});

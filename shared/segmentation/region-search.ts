/**
 * XRAI's search: cover the image with regions in order of gain, the mean attribution of the pixels a region
 * adds. Kapishnikov et al. 2019, algorithm 1; details as in PAIR saliency 0.2.1.
 *
 * Counts and sums of the pixels each region would still add are kept incrementally: a pixel, once covered, is
 * taken from every region that holds it. So the whole search costs one visit per (region, pixel).
 */
import { type Regions, regionPixels } from './regions.ts';

export interface RegionMap {
  /** [height, width]: the gain of the region that covered the pixel; the sum equals that of the attribution. */
  readonly values: Float64Array;
  /** [height, width]: 1 for the region of highest gain, and so on; pixels of no region come last. */
  readonly ranks: Int32Array;
}

/** Regions that would add fewer pixels are passed over. */
const MIN_NEW_PIXELS = 50;

interface Covering {
  readonly attribution: Float64Array;
  readonly covered: Uint8Array;
  readonly values: Float64Array;
  /** New pixels and gain of each region taken, in the order of taking. */
  readonly trace: { readonly pixels: readonly number[]; readonly gain: number }[];
  area: number;
}

/** Region of highest gain first, gains renewed after each; ends where more than `areaThreshold` is covered. */
export function searchFull(
  regions: Regions,
  attribution: Float64Array,
  areaThreshold: number,
  minNewPixels = MIN_NEW_PIXELS,
): RegionMap {
  const covering = startCovering(attribution);
  const { counts, sums } = totals(regions, attribution);
  const holders = regionsHoldingPixels(regions);
  let remaining = Array.from({ length: regions.count }, (_, r) => r);
  while (covering.area / attribution.length <= areaThreshold) {
    remaining = remaining.filter((r) => counts[r]! >= minNewPixels);
    if (remaining.length === 0) break;
    const best = highestGain(remaining, counts, sums);
    for (const pixel of takeRegion(covering, regionPixels(regions, best))) {
      const value = attribution[pixel]!;
      for (let h = holders.offsets[pixel]!; h < holders.offsets[pixel + 1]!; h++) {
        const region = holders.regions[h]!;
        counts[region]!--;
        sums[region]! -= value;
      }
    }
  }
  return finishCovering(covering);
}

/** Regions in order of their mean attribution, overlaps ignored in the order (not in the values). */
export function searchFast(
  regions: Regions,
  attribution: Float64Array,
  minNewPixels = MIN_NEW_PIXELS,
): RegionMap {
  const covering = startCovering(attribution);
  const { counts, sums } = totals(regions, attribution);
  const order = Array.from({ length: regions.count }, (_, r) => r);
  order.sort((a, b) => sums[b]! / counts[b]! - sums[a]! / counts[a]!);
  for (const region of order) {
    const pixels = regionPixels(regions, region);
    let fresh = 0;
    for (const pixel of pixels) fresh += 1 - covering.covered[pixel]!;
    if (fresh >= minNewPixels) takeRegion(covering, pixels);
  }
  return finishCovering(covering);
}

function startCovering(attribution: Float64Array): Covering {
  return {
    attribution,
    covered: new Uint8Array(attribution.length),
    values: new Float64Array(attribution.length),
    trace: [],
    area: 0,
  };
}

function totals(regions: Regions, attribution: Float64Array): { counts: Int32Array; sums: Float64Array } {
  const counts = new Int32Array(regions.count);
  const sums = new Float64Array(regions.count);
  for (let r = 0; r < regions.count; r++) {
    const pixels = regionPixels(regions, r);
    counts[r] = pixels.length;
    let sum = 0;
    for (const pixel of pixels) sum += attribution[pixel]!;
    sums[r] = sum;
  }
  return { counts, sums };
}

/** The first of the regions with the highest mean. */
function highestGain(remaining: readonly number[], counts: Int32Array, sums: Float64Array): number {
  let best = remaining[0]!;
  let bestGain = Number.NEGATIVE_INFINITY;
  for (const region of remaining) {
    const gain = sums[region]! / counts[region]!;
    if (gain > bestGain) {
      bestGain = gain;
      best = region;
    }
  }
  return best;
}

/** The inverse table: which regions hold each pixel. */
function regionsHoldingPixels(regions: Regions): { offsets: Uint32Array; regions: Uint32Array } {
  const pixelCount = regions.height * regions.width;
  const offsets = new Uint32Array(pixelCount + 1);
  for (const pixel of regions.pixels) offsets[pixel + 1]!++;
  for (let p = 0; p < pixelCount; p++) offsets[p + 1]! += offsets[p]!;
  const filled = offsets.slice();
  const holding = new Uint32Array(regions.pixels.length);
  for (let r = 0; r < regions.count; r++) {
    for (const pixel of regionPixels(regions, r)) holding[filled[pixel]!++] = r;
  }
  return { offsets, regions: holding };
}

/** Covers the region's new pixels with their mean and returns them. */
function takeRegion(covering: Covering, pixels: Iterable<number>): readonly number[] {
  const fresh: number[] = [];
  let sum = 0;
  for (const pixel of pixels) {
    if (covering.covered[pixel]) continue;
    covering.covered[pixel] = 1;
    sum += covering.attribution[pixel]!;
    fresh.push(pixel);
  }
  const gain = sum / fresh.length;
  for (const pixel of fresh) covering.values[pixel] = gain;
  covering.area += fresh.length;
  covering.trace.push({ pixels: fresh, gain });
  return fresh;
}

/** Left-over pixels get their own mean and the last rank. */
function finishCovering(covering: Covering): RegionMap {
  const byGain = covering.trace.toSorted((a, b) => b.gain - a.gain);
  if (covering.area < covering.covered.length) {
    const all = Array.from({ length: covering.covered.length }, (_, pixel) => pixel);
    takeRegion(covering, all);
    byGain.push(covering.trace.at(-1)!);
  }
  const ranks = new Int32Array(covering.values.length);
  byGain.forEach(({ pixels }, i) => {
    for (const pixel of pixels) ranks[pixel] = i + 1;
  });
  return { values: covering.values, ranks };
}

/**
 * XRAI's search: cover the image with regions in order of gain, the mean attribution of the pixels a region
 * adds. Kapishnikov et al. 2019, algorithm 1; details as in PAIR saliency 0.2.1.
 *
 * Counts and sums of the pixels each region would still add are kept incrementally: a pixel, once covered, is
 * taken from every region that holds it. So the whole search costs one visit per (region, pixel).
 */

import { countingUp } from '../tensor/counting-up.ts';
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
  /** Pixels in the order in which they were covered; the first `area` entries hold. */
  readonly order: Uint32Array;
  /** End in `order`, and gain, of each region taken. */
  readonly taken: { readonly end: number; readonly gain: number }[];
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
    const first = covering.area;
    takeRegion(covering, regionPixels(regions, highestGain(remaining, counts, sums)));
    withdraw(covering, first, holders, { counts, sums });
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
    for (let i = 0; i < pixels.length; i++) fresh += 1 - covering.covered[pixels[i]!]!;
    if (fresh >= minNewPixels) takeRegion(covering, pixels);
  }
  return finishCovering(covering);
}

function startCovering(attribution: Float64Array): Covering {
  return {
    attribution,
    covered: new Uint8Array(attribution.length),
    values: new Float64Array(attribution.length),
    order: new Uint32Array(attribution.length),
    taken: [],
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
    for (let i = 0; i < pixels.length; i++) sum += attribution[pixels[i]!]!;
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

interface Holders {
  /** Regions that hold pixel p: regions[offsets[p]] … regions[offsets[p + 1] − 1]. */
  readonly offsets: Uint32Array;
  readonly regions: Uint32Array;
}

/** The inverse table: which regions hold each pixel. */
function regionsHoldingPixels({ height, width, count, pixels, offsets: ends }: Regions): Holders {
  const offsets = new Uint32Array(height * width + 1);
  for (let i = 0; i < pixels.length; i++) offsets[pixels[i]! + 1]!++;
  for (let p = 0; p < height * width; p++) offsets[p + 1]! += offsets[p]!;
  const filled = offsets.slice();
  const holding = new Uint32Array(pixels.length);
  for (let r = 0; r < count; r++) {
    const end = ends[r + 1]!;
    for (let i = ends[r]!; i < end; i++) holding[filled[pixels[i]!]!++] = r;
  }
  return { offsets, regions: holding };
}

/** Takes the pixels covered since `first` from every region that holds them. */
function withdraw(
  { order, area, attribution }: Covering,
  first: number,
  { offsets, regions }: Holders,
  { counts, sums }: { readonly counts: Int32Array; readonly sums: Float64Array },
): void {
  for (let i = first; i < area; i++) {
    const pixel = order[i]!;
    const value = attribution[pixel]!;
    const end = offsets[pixel + 1]!;
    for (let h = offsets[pixel]!; h < end; h++) {
      const region = regions[h]!;
      counts[region]!--;
      sums[region]! -= value;
    }
  }
}

/** Covers the region's new pixels with their mean. */
function takeRegion(covering: Covering, pixels: Uint32Array): void {
  const { attribution, covered, values, order, area: first } = covering;
  let end = first;
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i]!;
    if (covered[pixel]) continue;
    covered[pixel] = 1;
    sum += attribution[pixel]!;
    order[end++] = pixel;
  }
  const gain = sum / (end - first);
  for (let i = first; i < end; i++) values[order[i]!] = gain;
  covering.area = end;
  covering.taken.push({ end, gain });
}

/** Left-over pixels get their own mean and the last rank. */
function finishCovering(covering: Covering): RegionMap {
  const { values, order, taken } = covering;
  const starts = new Map(taken.map((entry, i) => [entry, taken[i - 1]?.end ?? 0]));
  const byGain = taken.toSorted((a, b) => b.gain - a.gain);
  const ranks = new Int32Array(values.length);
  byGain.forEach((entry, i) => {
    for (let p = starts.get(entry)!; p < entry.end; p++) ranks[order[p]!] = i + 1;
  });
  if (covering.area < values.length) {
    const rest = covering.area;
    takeRegion(covering, countingUp(values.length));
    for (let i = rest; i < values.length; i++) ranks[order[i]!] = byGain.length + 1;
  }
  return { values, ranks };
}

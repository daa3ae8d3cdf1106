/**
 * How far two maps agree on where the evidence lies: Spearman's rank correlation of |value| (ties share their
 * mean rank), and the overlap of their strongest pixels (intersection over union).
 */
import { averageRanks } from '../../../shared/metrics/ranks.ts';
import { type AttributionMap, thresholdOf } from './attribution-map.ts';
import { bitsBelow, bitsOf, withoutSign } from './magnitude-bits.ts';

/** Ranks of the magnitudes, from 1 for the lowest; ties share their mean rank. */
export const magnitudeRanks = (map: AttributionMap): Float64Array => averageRanks(map.values.map(Math.abs));

/** Pearson's correlation of two rank lists of one length: Spearman's ρ, −1 … 1; NaN where one is constant. */
export function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const mean = (a.length + 1) / 2;
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - mean, b[i]! - mean];
    product += da * db;
    first += da * da;
    second += db * db;
  }
  return product / Math.sqrt(first * second);
}

/** One bit a pixel, 32 to a number, set for the `percent` % strongest (thresholdOf); and how many are set. */
export interface StrongestPixels {
  readonly pixels: number;
  readonly words: Int32Array;
  readonly count: number;
}

export function strongestPixels(map: AttributionMap, percent: number): StrongestPixels {
  const { values } = map;
  const words = new Int32Array(Math.ceil(values.length / 32));
  const bits = bitsOf(values);
  const below = bitsBelow(thresholdOf(map, percent));
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    const strong = (below - (bits[i]! & withoutSign)) >>> 31;
    words[i >> 5]! |= strong << (i & 31);
    count += strong;
  }
  return { pixels: values.length, words, count };
}

/** Intersection over union of the strongest pixels of two maps of one size, 0 … 1. */
export function strongestOverlap(a: StrongestPixels, b: StrongestPixels): number {
  let both = 0;
  for (let i = 0; i < a.words.length; i++) both += bitsSet(a.words[i]! & b.words[i]!);
  const either = a.count + b.count - both;
  return either > 0 ? both / either : 0;
}

/** How many of 32 bits are set: sums of pairs, of fours, of eights, and all four of those at once. */
function bitsSet(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The overlap of each two maps, [i][j] for any order of i and j; null for maps of two sizes. One comparison a pair;
 * with itself a map overlaps whole, or not at all where it is all zero.
 */
export function overlapMatrix(maps: readonly AttributionMap[], percent: number): (number | null)[][] {
  const strongest = maps.map((map) => strongestPixels(map, percent));
  return symmetric(strongest, (a, b) => (a.pixels === b.pixels ? strongestOverlap(a, b) : null));
}

/** The rank correlation of each two lists of magnitudeRanks; null for lists of two lengths. */
export function correlationMatrix(ranks: readonly Float64Array[]): (number | null)[][] {
  return symmetric(ranks, (a, b) => (a.length === b.length ? rankCorrelation(a, b) : null));
}

function symmetric<Item>(
  items: readonly Item[],
  measure: (a: Item, b: Item) => number | null,
): (number | null)[][] {
  const matrix: (number | null)[][] = items.map(() => new Array(items.length).fill(null));
  for (const [i, a] of items.entries()) {
    for (let j = i; j < items.length; j++) {
      const value = measure(a, items[j]!);
      matrix[i]![j] = value;
      matrix[j]![i] = value;
    }
  }
  return matrix;
}

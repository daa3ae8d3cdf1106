/**
 * How far two maps agree on where the evidence lies: Spearman's rank correlation of |value| (ties share their
 * mean rank), and the overlap of their strongest pixels (intersection over union).
 */
import { averageRanks } from '../../../shared/metrics/ranks.ts';
import { type AttributionMap, thresholdOf } from './attribution-map.ts';

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

/** Intersection over union of the `percent` % strongest pixels of two maps of one size, 0 … 1. */
export function strongestOverlap(a: AttributionMap, b: AttributionMap, percent: number): number {
  const [fromA, fromB] = [thresholdOf(a, percent), thresholdOf(b, percent)];
  let [both, either] = [0, 0];
  for (let i = 0; i < a.values.length; i++) {
    const inA = Math.abs(a.values[i]!) >= fromA;
    const inB = Math.abs(b.values[i]!) >= fromB;
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either > 0 ? both / either : 0;
}

/**
 * How far two maps agree on where the evidence lies: Spearman's rank correlation of |value| (ties share their
 * mean rank), and the overlap of their strongest pixels (intersection over union).
 */
import { type AttributionMap, thresholdOf } from './attribution-map.ts';

/** Ranks 1 … n of the magnitudes; ties get their mean rank. */
export function magnitudeRanks(map: AttributionMap): Float64Array {
  const magnitudes = map.values.map(Math.abs);
  const order = Uint32Array.from(magnitudes, (_, i) => i).sort((a, b) => magnitudes[a]! - magnitudes[b]!);
  const ranks = new Float64Array(order.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && magnitudes[order[end]!] === magnitudes[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

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

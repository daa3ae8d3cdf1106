/**
 * Stable ascending order of non-negative float64 costs, in linear time: radix sort on the bits of their float32
 * neighbors (which order as the numbers do), then the few that share one are put in order by comparison.
 * A comparison sort of 200,000 edges would be the slowest step of the segmentation.
 */
import { countingUp } from './counting-up.ts';

const DIGIT_BITS = 11;
const BUCKETS = 2 ** DIGIT_BITS;

/** The indices of `costs` in ascending order; equal costs keep their order. */
export function stableOrder(costs: Float64Array): Uint32Array {
  let keys = new Uint32Array(new Float32Array(costs).buffer);
  let order = countingUp(costs.length);
  let nextKeys = new Uint32Array(costs.length);
  let nextOrder = new Uint32Array(costs.length);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const places = placesOf(keys, shift);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const digit = (key >>> shift) & (BUCKETS - 1);
      const place = places[digit]!;
      places[digit] = place + 1;
      nextKeys[place] = key;
      nextOrder[place] = order[i]!;
    }
    [keys, nextKeys] = [nextKeys, keys];
    [order, nextOrder] = [nextOrder, order];
  }
  orderWithinKeys(order, keys, costs);
  return order;
}

/** Where the first number of each digit goes. */
function placesOf(keys: Uint32Array, shift: number): Uint32Array {
  const places = new Uint32Array(BUCKETS);
  for (let i = 0; i < keys.length; i++) places[(keys[i]! >>> shift) & (BUCKETS - 1)]!++;
  let start = 0;
  for (let digit = 0; digit < BUCKETS; digit++) {
    const count = places[digit]!;
    places[digit] = start;
    start += count;
  }
  return places;
}

/** Sorts each run of one float32 by its float64 costs, where it is not in order yet. */
function orderWithinKeys(order: Uint32Array, keys: Uint32Array, costs: Float64Array): void {
  let begin = 0;
  for (let i = 1; i <= keys.length; i++) {
    if (i < keys.length && keys[i] === keys[begin]) continue;
    if (!ascends(order, begin, i, costs)) {
      order.subarray(begin, i).sort((a, b) => costs[a]! - costs[b]! || a - b);
    }
    begin = i;
  }
}

function ascends(order: Uint32Array, begin: number, end: number, costs: Float64Array): boolean {
  for (let i = begin + 1; i < end; i++) {
    if (costs[order[i]!]! < costs[order[i - 1]!]!) return false;
  }
  return true;
}

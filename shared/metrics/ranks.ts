/** Order of pixels by value: what perturbation curves, ranks and overlaps are made of. */
import { stableOrder } from '../tensor/stable-order.ts';

/** Indices from the highest value to the lowest; equal values keep their order. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  const negated = new Float64Array(values.length);
  for (let i = 0; i < negated.length; i++) negated[i] = -values[i]!;
  return stableOrder(negated);
}

/** Ranks from 1 for the lowest; equal values share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  return ranksIn(descendingOrder(values), values);
}

/** The same where `descendingOrder` is known; it is left as it is. */
export function ranksIn(descending: Uint32Array, values: ArrayLike<number>): Float64Array {
  const order = descending.toReversed();
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last++;
    for (let i = first; i <= last; i++) ranks[order[i]!] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}

/** Order of pixels by value: what perturbation curves, ranks and overlaps are made of. */

/** Indices from the highest value to the lowest; equal values keep their order. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[b]! - values[a]! || a - b,
  );
}

/** Ranks from 1 for the lowest; equal values share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = descendingOrder(values).reverse();
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last++;
    for (let i = first; i <= last; i++) ranks[order[i]!] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}

/**
 * Stable ascending order of non-negative float64 costs: radix sort on their bits (which order as the numbers
 * do), 16 bits a pass. Linear, where a comparison sort of 200,000 edges would be the slowest step.
 */
const BUCKETS = 65_536;

/** The indices of `costs` in ascending order; equal costs keep their order. */
export function stableOrder(costs: Float64Array): Uint32Array {
  const digits = new Uint16Array(costs.buffer, costs.byteOffset, costs.length * 4);
  let order = Uint32Array.from(costs, (_, i) => i);
  let next = new Uint32Array(costs.length);
  const starts = new Uint32Array(BUCKETS + 1);
  for (let digit = 0; digit < 4; digit++) {
    starts.fill(0);
    for (let i = 0; i < costs.length; i++) starts[digits[4 * i + digit]! + 1]!++;
    for (let b = 0; b < BUCKETS; b++) starts[b + 1]! += starts[b]!;
    for (let i = 0; i < order.length; i++) {
      const edge = order[i]!;
      next[starts[digits[4 * edge + digit]!]!++] = edge;
    }
    [order, next] = [next, order];
  }
  return order;
}

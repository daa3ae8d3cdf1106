import fc from 'fast-check';
import { expect, it } from 'vitest';
import { descendingOrder } from '../../../shared/metrics/ranks.ts';
import { stableOrder } from '../../../shared/tensor/stable-order.ts';

const value = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(
    0,
    -0,
    0.5,
    -0.5,
    1e-300,
    -1e-300,
    1e300,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ),
);
const values = fc.array(value, { maxLength: 40 });
const inOrder = (list: readonly number[], sign: 1 | -1) =>
  [...list.keys()].sort(
    (a, b) => sign * (Number(list[a]! > list[b]!) - Number(list[a]! < list[b]!)) || a - b,
  );

it('orders as a comparison does, equal values in their first order', () => {
  const same = fc.property(values, (list) => {
    expect([...stableOrder(Float64Array.from(list))]).toEqual(inOrder(list, 1));
    expect([...descendingOrder(list)]).toEqual(inOrder(list, -1));
  });
  fc.assert(same, { seed: 4, numRuns: 500 });
});

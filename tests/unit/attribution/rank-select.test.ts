import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankSelect } from '../../../shared/attribution/rank-select.ts';

test('every rank of any array is the element that sorting puts there', () => {
  const value = fc.oneof(
    fc.float({ noNaN: true }).map(Math.abs),
    fc.constantFrom(0, 1, Number.POSITIVE_INFINITY),
  );
  const { select } = rankSelect();
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.nat(), (values, seed) => {
      const k = seed % values.length;
      const given = Float32Array.from(values);
      expect(select(given, k)).toBe(given.slice().sort()[k]);
      expect(given).toEqual(Float32Array.from(values));
    }),
    { seed: 1, numRuns: 500 },
  );
});

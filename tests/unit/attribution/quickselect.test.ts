import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quickselectInto } from '../../../shared/attribution/quickselect.ts';

test('every rank of any array is the element that sorting puts there', () => {
  const value = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, 1, Number.POSITIVE_INFINITY));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.nat(), (values, seed) => {
      const k = seed % values.length;
      const sorted = Float64Array.from(values).sort();
      expect(quickselectInto(Float64Array.from(values), k) === sorted[k]).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});

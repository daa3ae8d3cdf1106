import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleFor } from '../../../shared/render/display-scale.ts';
import { renderMap } from '../../../shared/render/render-map.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

const SEED = 20260103;
const values = fc.float32Array({ minLength: 1, maxLength: 64 });

describe('renderMap, for any values, NaN and infinities among them,', () => {
  it('hides exactly zero, NaN and, if unsigned, what is below zero', () => {
    const hides = fc.property(values, fc.boolean(), (data, signed) => {
      const picture = renderMap(tensor(data, [1, data.length]), signed, { opacity: 'constant' });
      const { limit } = scaleFor([data], signed ? 'diverging' : 'sequential');
      data.forEach((value, i) => {
        const shown = limit > 0 && (signed ? value !== 0 && !Number.isNaN(value) : value > 0);
        expect(picture.data[4 * i + 3]).toBe(shown ? 255 : 0);
      });
    });
    fc.assert(hides, { seed: SEED, numRuns: 500 });
  });

  it('is the same for a map and its multiple, and mirrors opacity under a change of sign', () => {
    const scales = fc.property(
      fc.float32Array({ minLength: 1, maxLength: 64, noNaN: true, min: -100, max: 100 }),
      (data) => {
        const shape = [1, data.length];
        const picture = renderMap(tensor(data, shape), true);
        const double = data.map((value) => value * 2);
        expect(renderMap(tensor(double, shape), true)).toEqual(picture);
        const negated = renderMap(
          tensor(
            data.map((value) => -value),
            shape,
          ),
          true,
        );
        data.forEach((_, i) => {
          expect(negated.data[4 * i + 3]).toBe(picture.data[4 * i + 3]);
        });
      },
    );
    fc.assert(scales, { seed: SEED, numRuns: 300 });
  });
});

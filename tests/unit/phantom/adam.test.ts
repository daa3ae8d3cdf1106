import { describe, expect, it } from 'vitest';
import { Adam } from '../../../functions/study/adam.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

const vector = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);

describe('Adam', () => {
  it('first moves every parameter by the learning rate against the sign of its gradient', () => {
    const weights = new Map([['w', vector(1, 1, 1)]]);
    new Adam().stepInto(weights, new Map([['w', vector(1e-3, -5, 0)]]), 0.1);
    const [small, large, none] = weights.get('w')!.data;
    expect(small).toBeCloseTo(0.9, 5);
    expect(large).toBeCloseTo(1.1, 6);
    expect(none).toBe(1);
  });

  it('takes the second step that the formula gives', () => {
    const weights = new Map([['w', vector(0)]]);
    const adam = new Adam({ beta1: 0.5, beta2: 0.75 });
    adam.stepInto(weights, new Map([['w', vector(2)]]), 0.1);
    adam.stepInto(weights, new Map([['w', vector(-1)]]), 0.1);
    const first = (0.5 * (0.5 * 2) + 0.5 * -1) / (1 - 0.25);
    const second = (0.75 * (0.25 * 4) + 0.25 * 1) / (1 - 0.5625);
    expect(weights.get('w')!.data[0]).toBeCloseTo(-0.1 - (0.1 * first) / Math.sqrt(second), 6);
  });

  it('finds the minimum of (w − 3)²', () => {
    const weights = new Map([['w', vector(-2)]]);
    const adam = new Adam();
    for (let step = 0; step < 400; step++) {
      const slope = 2 * (weights.get('w')!.data[0]! - 3);
      adam.stepInto(weights, new Map([['w', vector(slope)]]), 0.1);
    }
    expect(weights.get('w')!.data[0]).toBeCloseTo(3, 2);
  });

  it('shrinks weights but no biases', () => {
    const weights = new Map([
      ['weight', tensor(Float32Array.of(1), [1, 1])],
      ['bias', vector(1)],
    ]);
    const still = new Map([
      ['weight', tensor(Float32Array.of(0), [1, 1])],
      ['bias', vector(0)],
    ]);
    new Adam({ weightDecay: 0.5 }).stepInto(weights, still, 0.1);
    expect(weights.get('weight')!.data[0]).toBeCloseTo(0.95, 6);
    expect(weights.get('bias')!.data[0]).toBe(1);
  });

  it('refuses a parameter without gradient', () => {
    expect(() => new Adam().stepInto(new Map([['w', vector(1)]]), new Map(), 0.1)).toThrow(/no gradient/);
  });
});

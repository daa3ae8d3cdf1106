import { describe, expect, it } from 'vitest';
import { Faults } from '../../../functions/local/cloud/faults.ts';

const armed = (...rules: Parameters<Faults['set']>[0]['rules']) => {
  const faults = new Faults();
  faults.set({ seed: 7, rules });
  return faults;
};

describe('Faults', () => {
  it('strikes at the rate it was given', () => {
    const faults = armed({ fault: 'drop-answer', probability: 0.3 });
    const struck = Array.from({ length: 4000 }, (_, i) =>
      faults.strikes('drop-answer', 'PutObject', `k${i}`),
    );
    const rate = struck.filter(Boolean).length / struck.length;
    // Four standard deviations of a binomial with p = 0.3 and n = 4000.
    expect(Math.abs(rate - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 4000));
    expect(faults.struck()).toEqual([struck.filter(Boolean).length]);
  });

  it('draws anew for a request that is tried again, and the same for the same try of another run', () => {
    const tries = (faults: Faults) =>
      Array.from({ length: 50 }, () => faults.strikes('slow-down', 'PutObject', 'bucket/key'));
    const first = tries(armed({ fault: 'slow-down', probability: 0.5 }));
    expect(new Set(first).size).toBe(2);
    expect(tries(armed({ fault: 'slow-down', probability: 0.5 }))).toEqual(first);
  });

  it('stops after the times it was given', () => {
    const faults = armed({ fault: 'conflict', times: 2 });
    const struck = [1, 2, 3, 4].map(() => faults.strikes('conflict', 'PutObject', 'k'));
    expect(struck).toEqual([true, true, false, false]);
  });

  it('adds event rules up: copies first, then each copy its own delay', () => {
    const faults = armed(
      { fault: 'duplicate-event', copies: 2 },
      { fault: 'delay-event', milliseconds: 1000 },
      { fault: 'reorder-events', milliseconds: 500 },
    );
    const delays = faults.deliveries('ObjectCreated:Put', 'bucket/key');
    expect(delays).toHaveLength(3);
    expect(new Set(delays).size).toBe(3);
    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(1000);
      expect(delay).toBeLessThan(1500);
    }
  });

  it('delivers once and at once where no rule is meant', () => {
    const faults = armed({ fault: 'delay-event', milliseconds: 9, operation: 'ObjectRemoved:Delete' });
    expect(faults.deliveries('ObjectCreated:Put', 'bucket/key')).toEqual([0]);
    expect(faults.strikes('slow-down', 'PutObject', 'bucket/key')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import type { TrustMetrics } from '../../shared/manifest/trust-metrics.ts';
import { attributionMap } from '../../viewer/src/lib/attribution-map.ts';
import { completenessCurve } from '../../viewer/src/lib/completeness-curve.ts';
import { margin } from '../../viewer/src/lib/faithfulness.ts';
import { stepThreshold, stepVeil } from '../../viewer/src/lib/region-steps.ts';
import { trustVerdict } from '../../viewer/src/lib/trust-verdict.ts';

it('the margin is insertion minus deletion', () => {
  expect(margin({ insertion: 0.9, deletion: 0.25 })).toBeCloseTo(0.65, 12);
});

describe('the verdict on a map', () => {
  const checked = (passed: boolean): TrustMetrics['randomization'] => ({
    kind: 'checked',
    passed,
    stages: [{ layers: 3, similarity: passed ? 0.1 : 0.91, rankCorrelation: 0 }],
    control: { pairs: 20, mean: 0.2, threshold: 0.35 },
  });

  it('is the sanity check’s where it was made, and says how alike the maps stayed', () => {
    expect(trustVerdict({ randomization: checked(true), beatsControls: true })).toMatchObject({
      state: 'passed',
      check: 'sanity',
    });
    const failed = trustVerdict({ randomization: checked(false), beatsControls: true })!;
    expect([failed.state, failed.check]).toEqual(['failed', 'sanity']);
    expect(failed.reasons).toEqual([expect.stringMatching(/0\.91 similar.*0\.35/)]);
  });

  it('fails where either check fails, and gives both reasons where both do', () => {
    expect(trustVerdict({ randomization: checked(true), beatsControls: false })).toMatchObject({
      state: 'failed',
      check: 'controls',
    });
    expect(trustVerdict({ randomization: checked(false), beatsControls: false })!.reasons).toHaveLength(2);
  });

  it('never passes what was not checked', () => {
    expect(trustVerdict({})).toBeNull();
    expect(trustVerdict({ beatsControls: true })!.check).toBe('controls');
    expect(
      trustVerdict({ randomization: { kind: 'skipped', reason: 'too large' }, beatsControls: true }),
    ).toEqual({
      state: 'unchecked',
      check: 'sanity',
      reasons: ['Not checked: too large'],
    });
  });
});

describe('the completeness curve', () => {
  it('starts at no pixel, takes the strongest first and ends at the sum of all', () => {
    const { x, y } = completenessCurve(attributionMap(Float32Array.of(1, -4, 2, 0.5), 2, 2));
    expect(x).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(y).toEqual([0, -4, -2, -1, -0.5]);
  });

  it('has about fifty points for any map', () => {
    const { x } = completenessCurve(attributionMap(new Float32Array(10_000).fill(1), 100, 100));
    expect([x.length, x.at(-1)]).toEqual([51, 1]);
  });
});

describe('a region step', () => {
  const map = attributionMap(Float32Array.of(3, 3, 3, 1, 1, -9, -9, 0), 4, 2);

  it('takes regions whole, from the highest value on, whatever speaks against the class', () => {
    expect([1, 25, 50, 100].map((percent) => stepThreshold(map, percent))).toEqual([3, 3, 1, -9]);
  });

  it('darkens what is not among them', () => {
    const veil = stepVeil(map, 3);
    expect(Array.from({ length: 8 }, (_, i) => veil[4 * i + 3]! > 0)).toEqual([
      ...[false, false, false, true],
      ...[true, true, true, true],
    ]);
  });
});

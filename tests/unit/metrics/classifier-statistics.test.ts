/** Statistics of classifiers against literal definitions, and values worked out by hand. */
import { describe, expect, it } from 'vitest';
import { calibrationOf } from '../../../shared/metrics/calibration.ts';
import { areaUnderRoc, rocCurve } from '../../../shared/metrics/roc.ts';
import { wilsonInterval } from '../../../shared/metrics/wilson-interval.ts';
import { assess } from '../../../shared/study/assess.ts';
import { spreadOf } from '../../../shared/study/spread.ts';

const SCORES = [0.1, 0.4, 0.35, 0.8, 0.65, 0.4, 0.9, 0.2, 0.55, 0.7];
const POSITIVE = [false, false, true, true, false, true, true, false, true, true];

describe('ROC', () => {
  it('has an area equal to the share of pairs in order, ties counted half', () => {
    let wins = 0;
    SCORES.forEach((a, i) => {
      SCORES.forEach((b, j) => {
        if (POSITIVE[i] && !POSITIVE[j]) wins += a > b ? 1 : a === b ? 0.5 : 0;
      });
    });
    expect(areaUnderRoc(SCORES, POSITIVE)!.area).toBeCloseTo(wins / 24, 12);
  });

  it('runs from corner to corner, its trapezoids holding the same area', () => {
    const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(SCORES, POSITIVE)!;
    expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
    const area = x.slice(1).reduce((sum, value, i) => sum + (value - x[i]!) * 0.5 * (y[i + 1]! + y[i]!), 0);
    expect(area).toBeCloseTo(areaUnderRoc(SCORES, POSITIVE)!.area, 12);
  });

  it('has DeLong’s variance: by hand for two against two', () => {
    // Positives 3 and 1, negatives 2 and 0: shares above 1 and ½, below ½ and 1; variance ⅛/2 + ⅛/2 = ⅛.
    const { area, interval } = areaUnderRoc([3, 1, 2, 0], [true, true, false, false])!;
    expect(area).toBe(0.75);
    const reach = (1.959963984540054 * Math.sqrt(0.125)) / (0.75 * 0.25);
    expect(interval![0]).toBeCloseTo(1 / (1 + Math.exp(reach - Math.log(3))), 12);
    expect(interval![1]).toBeCloseTo(1 / (1 + Math.exp(-reach - Math.log(3))), 12);
  });

  it('claims no interval for classes that are perfectly apart, and nothing for one class', () => {
    expect(areaUnderRoc([1, 2, 3, 4], [false, false, true, true])).toEqual({ area: 1, interval: null });
    expect(areaUnderRoc([1, 2], [true, true])).toBeNull();
    expect(rocCurve([1, 2], [true, true])).toBeNull();
  });
});

describe('intervals and spreads', () => {
  it.each([
    // The roots of (p − s)² = z² s (1 − s) / n, in double precision elsewhere.
    [8, 10, 0.49016, 0.94332],
    [0, 20, 0, 0.16113],
    [324, 330, 0.96086, 0.99164],
  ])('Wilson of %d in %d', (hits, count, low, high) => {
    const interval = wilsonInterval(hits, count);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  it('takes the sample deviation, and none of a single run', () => {
    expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])!.deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(spreadOf([0.9])).toEqual({ runs: 1, mean: 0.9, deviation: null, lowest: 0.9, highest: 0.9 });
    expect(spreadOf([])).toBeNull();
  });
});

describe('calibration and assessment', () => {
  const answer = (label: number, p: number) => ({
    label,
    probabilities: [1 - p, p],
    image: `sha256:${'0'.repeat(64)}`,
  });
  const predictions = [
    answer(1, 0.95),
    answer(1, 0.91),
    answer(0, 0.93),
    answer(0, 0.2),
    answer(0, 0.1),
    answer(1, 0.45),
  ];

  it('weights each bin’s gap by its images; Brier sums over classes', () => {
    const { expectedError, brier, bins } = calibrationOf(predictions);
    // Bins: (0.5, 0.6]: 0.55, wrong; (0.7, 0.8]: 0.8, right; (0.8, 0.9]: 0.9, right; (0.9, 1]: 0.95, 0.91, 0.93, two of three.
    expect(expectedError).toBeCloseTo((0.55 + 0.2 + 0.1 + Math.abs(2 - 2.79)) / 6, 12);
    const squares = [0.05, 0.09, 0.93, 0.2, 0.1, 0.55].reduce((sum, gap) => sum + 2 * gap ** 2, 0);
    expect(brier).toBeCloseTo(squares / 6, 12);
    expect(bins.map(({ images }) => images)).toEqual([0, 0, 0, 0, 0, 1, 0, 1, 1, 3]);
  });

  it('tells confusion, sensitivity and specificity of each class', () => {
    const { confusion, classes, accuracy } = assess({ loss: Number.NaN, predictions }, ['no', 'yes']);
    expect(confusion).toEqual([
      [2, 1],
      [1, 2],
    ]);
    expect(accuracy).toBeCloseTo(4 / 6, 12);
    expect(classes[1]).toMatchObject({ sensitivity: 2 / 3, specificity: 1 - 1 / 3, images: 3 });
    expect(classes[0]!.sensitivity).toBeCloseTo(classes[1]!.specificity!, 12);
  });
});

import { expect, test } from 'vitest';
import { rankCorrelation, topOverlap } from '../../../shared/metrics/agreement.ts';
import { completenessGap } from '../../../shared/metrics/completeness-gap.ts';
import { localization } from '../../../shared/metrics/localization.ts';
import { quantile } from '../../../shared/metrics/quantile.ts';
import { averageRanks } from '../../../shared/metrics/ranks.ts';

test('ranks start at one and ties share their mean', () => {
  expect([...averageRanks([10, 30, 20, 30])]).toEqual([1, 3.5, 2, 3.5]);
});

test('rank correlation is 1 for any rising function, −1 for a falling one, 0 for a constant', () => {
  const values = [3, -1, 4, 1, -5, 9];
  expect(
    rankCorrelation(
      values,
      values.map((v) => v ** 3),
    ),
  ).toBeCloseTo(1, 14);
  expect(
    rankCorrelation(
      values,
      values.map((v) => -v),
    ),
  ).toBeCloseTo(-1, 14);
  expect(rankCorrelation(values, new Array(6).fill(2))).toBe(0);
});

test('rank correlation of a textbook example without ties is 1 − 6 Σd² / n(n² − 1)', () => {
  // Ranks differ by 1, 1, 1, 1, 0.
  expect(rankCorrelation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 14);
});

test('top overlap counts common pixels against all', () => {
  const a = [9, 8, 7, 0, 0, 0, 0, 0, 0, 0];
  const b = [9, 0, 8, 7, 0, 0, 0, 0, 0, 0];
  expect(topOverlap(a, a, 0.3)).toBe(1);
  expect(topOverlap(a, b, 0.3)).toBeCloseTo(2 / 4, 14);
  expect(topOverlap(a, b, 0.001)).toBe(1);
});

test('quantiles interpolate between order statistics', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([4, 1, 3, 2], 1)).toBe(4);
  expect(quantile([4, 1, 3, 2], 0.1)).toBeCloseTo(1.3, 14);
});

test('the completeness gap is absolute and relative, and not divided by nothing', () => {
  expect(completenessGap([1, 2, -0.5], 2)).toEqual({ gap: 0.5, expected: 2, relative: 0.25 });
  expect(completenessGap([1, -1], 0)).toEqual({ gap: 0, expected: 0, relative: null });
});

const mask = [0, 1, 1, 0, 0, 0];

test('a map that is highest exactly inside localizes perfectly', () => {
  expect(
    localization(
      [0.1, 0.9, 0.8, 0, -1, 0.2].map((v) => v - 0.3),
      mask,
    ),
  ).toEqual({
    hit: true,
    iouAtMaskSize: 1,
    bestIou: 1,
    relevanceMass: 1,
    rankAccuracy: 1,
    averagePrecision: 1,
  });
});

test('a half right map gets the figures of its definition', () => {
  // Order: outside, inside, outside, inside.
  const found = localization([5, 4, 2, 3, 0, 0], mask);
  expect(found.hit).toBe(false);
  expect(found.iouAtMaskSize).toBeCloseTo(1 / 3, 14);
  expect(found.bestIou).toBeCloseTo(2 / 4, 14);
  expect(found.rankAccuracy).toBe(0.5);
  expect(found.relevanceMass).toBeCloseTo(6 / 14, 14);
  expect(found.averagePrecision).toBeCloseTo(0.5 * (1 / 2) + 0.5 * (2 / 4), 14);
});

test('a constant map has the average precision of chance: ties are taken together', () => {
  expect(localization(new Array(6).fill(1), mask).averagePrecision).toBeCloseTo(2 / 6, 14);
});

test('an empty mask is refused', () => {
  expect(() => localization([1, 2], [0, 0])).toThrow('expected a mask with a pixel inside');
});

import { describe, expect, it } from 'vitest';
import { type RangeScores, warningsFrom } from '../../../functions/cli/sample-check.ts';

const scored = (range: [number, number], confidence: number, response: number): RangeScores => ({
  range,
  confidence,
  response,
});

describe('samples against the value range of a card', () => {
  it('warns of scores at their limit where another range gives moderate ones', () => {
    const [warning] = warningsFrom(scored([0, 255], 1, 0.9), [
      scored([0, 1], 0.87, 0.6),
      scored([-1, 1], 0.99995, 0.7),
    ]);
    expect(warning).toContain('at their limit with values 0 … 255: 100.00 %');
    expect(warning).toContain('0 … 1: 87.00 %');
    expect(warning).not.toContain('-1 … 1');
  });

  it('warns of samples that score like a black image where another range moves them', () => {
    const [warning] = warningsFrom(scored([0, 1], 0.6, 0.002), [scored([0, 255], 0.9, 0.5)]);
    expect(warning).toContain('score like a black image');
    expect(warning).toContain('0 … 255');
  });

  it('is silent where the range fits, or where nothing else would be better', () => {
    expect(warningsFrom(scored([0, 1], 0.9, 0.4), [scored([0, 255], 1, 1)])).toEqual([]);
    expect(warningsFrom(scored([0, 1], 1, 0.4), [scored([0, 255], 1, 1)])).toEqual([]);
    expect(warningsFrom(scored([0, 1], 0.5, 0), [scored([0, 255], 0.5, 0)])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { chooseTarget } from '../../../shared/pipeline/choose-target.ts';
import { probabilities } from '../../../shared/pipeline/probabilities.ts';

const output = (defaultTarget: string) => ({
  activation: 'logits' as const,
  classes: ['no', 'yes'],
  defaultTarget,
});

describe('the class a plan explains', () => {
  it('is the one with the highest score', () => {
    expect(chooseTarget([-1, 2], output('predicted'))).toEqual({
      index: 1,
      name: 'yes',
      chosen: 'predicted',
    });
  });
  it('is the card’s fixed class, predicted or not', () => {
    expect(chooseTarget([-1, 2], output('no'))).toEqual({ index: 0, name: 'no', chosen: 'fixed' });
  });
  it('is refused where the card lists other classes than the model has', () => {
    expect(() => chooseTarget([1, 2, 3], output('predicted'))).toThrow(
      expect.objectContaining({ code: 'classes-mismatch' }),
    );
  });
  it('is refused where the scores are not finite', () => {
    expect(() => chooseTarget([Number.NaN, 1], output('predicted'))).toThrow(/finite/);
  });
  it('is refused where the card names a class that does not exist', () => {
    expect(() => chooseTarget([0, 1], output('maybe'))).toThrow(/'maybe'/);
  });
});

describe('probabilities', () => {
  it('are the softmax of logits, without overflow', () => {
    const [low, high] = probabilities([1000, 1000 + Math.log(3)], 'logits');
    expect(low).toBeCloseTo(0.25, 12);
    expect(high).toBeCloseTo(0.75, 12);
  });
  it('of a single logit are its sigmoid: the softmax of one number is always 1', () => {
    expect(probabilities([Math.log(3)], 'logits')[0]).toBeCloseTo(0.75, 12);
  });
  it('are the scores themselves where the model gives probabilities', () => {
    expect(probabilities([0.2, 0.9], 'sigmoid')).toEqual([0.2, 0.9]);
  });
});

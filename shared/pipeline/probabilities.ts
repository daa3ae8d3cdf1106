/**
 * Scores as probabilities: the scores themselves where the model gives probabilities; of logits the softmax, or the
 * sigmoid of each where labels may hold together or there is only one (the softmax of one number is always 1).
 */
import type { OutputActivation } from '../manifest/model-card.ts';

export function probabilities(scores: readonly number[], activation: OutputActivation): number[] {
  if (activation === 'softmax' || activation === 'sigmoid') return [...scores];
  if (activation === 'multi-label-logits' || scores.length === 1) {
    return scores.map((score) => 1 / (1 + Math.exp(-score)));
  }
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

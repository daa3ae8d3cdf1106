/**
 * Scores as probabilities: the scores themselves where the model gives probabilities; of logits the softmax, or
 * the sigmoid where there is only one (the softmax of one number is always 1).
 */
import type { ModelCard } from '../manifest/model-card.ts';

export function probabilities(
  scores: readonly number[],
  activation: ModelCard['output']['activation'],
): number[] {
  if (activation !== 'logits') return [...scores];
  if (scores.length === 1) return [1 / (1 + Math.exp(-scores[0]!))];
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** Scores as probabilities: softmax of logits, or the scores themselves where the model gives probabilities. */
import type { ModelCard } from '../manifest/model-card.ts';

export function probabilities(
  scores: readonly number[],
  activation: ModelCard['output']['activation'],
): number[] {
  if (activation !== 'logits') return [...scores];
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

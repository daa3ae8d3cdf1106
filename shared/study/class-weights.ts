/** Weights of classes in the loss: `balanced` is n / (K · n_k), whose mean over the images is 1. */
import type { TrainingSettings } from '../manifest/study.ts';

export function classWeightsOf(
  labels: readonly number[],
  classes: number,
  kind: TrainingSettings['classWeights'],
): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts.map((count) => (kind === 'none' || count === 0 ? 1 : labels.length / (classes * count)));
}

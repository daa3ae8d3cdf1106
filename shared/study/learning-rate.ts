/** The learning rate of a step: a linear warm-up, then constant or a cosine decay to zero (Loshchilov and Hutter 2017). */
import type { TrainingSettings } from '../manifest/study.ts';

/** `step` from 0 of `steps`. */
export function learningRateAt(
  step: number,
  steps: number,
  learningRate: number,
  { schedule, warmupSteps }: Pick<TrainingSettings, 'schedule' | 'warmupSteps'>,
): number {
  const warm = warmupSteps > 0 ? Math.min(1, (step + 1) / warmupSteps) : 1;
  const decay = schedule === 'cosine' ? 0.5 + 0.5 * Math.cos((Math.PI * step) / steps) : 1;
  return learningRate * warm * decay;
}

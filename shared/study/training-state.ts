/** Everything that training goes on from after an epoch; nothing else decides what comes next. */
import type { StudyEpoch } from '../manifest/study-result.ts';
import type { Tensor32 } from '../tensor/tensor.ts';
import {
  flatten,
  type ParameterLayout,
  type Parameters,
  type TrainableNetwork,
  unflatten,
} from './trainable-network.ts';

export type TrainingEpoch = Omit<StudyEpoch, 'validation'> & {
  /** Null where there is no validation part. */
  readonly validation: StudyEpoch['validation'] | null;
};

export interface TrainingState {
  readonly epochs: readonly TrainingEpoch[];
  /** Steps done. */
  readonly step: number;
  /** Parameters and Adam's moments, flat. */
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Running means, then running variances, of all normalized layers. */
  readonly statistics: Float32Array;
  readonly best: BestEpoch | null;
}

export interface BestEpoch {
  readonly epoch: number;
  readonly loss: number;
  readonly weights: Float32Array;
  readonly statistics: Float32Array;
}

export function initialState(
  network: TrainableNetwork,
  layout: ParameterLayout,
  initial: Parameters,
): TrainingState {
  const channels = [...network.normalized.values()].reduce((sum, count) => sum + count, 0);
  const statistics = new Float32Array(2 * channels);
  statistics.fill(1, channels);
  return {
    epochs: [],
    step: 0,
    weights: flatten(layout, initial),
    first: new Float32Array(layout.size),
    second: new Float32Array(layout.size),
    statistics,
    best: null,
  };
}

/** Parameters and running statistics by name, as `classifierModel` takes them; views, not copies. */
export function namedParameters(
  network: TrainableNetwork,
  layout: ParameterLayout,
  { weights, statistics }: Pick<TrainingState, 'weights' | 'statistics'>,
): Map<string, Tensor32> {
  const named = unflatten(layout, weights);
  let offset = 0;
  for (const part of ['mean', 'variance']) {
    for (const [layer, channels] of network.normalized) {
      const data = statistics.subarray(offset, offset + channels);
      named.set(`${layer}.${part}`, { shape: [channels], data });
      offset += channels;
    }
  }
  return named;
}

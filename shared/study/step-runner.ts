/**
 * Runs training steps one after another. Parameters and moments lie in two sets of arrays: a step reads one and
 * writes the other, so that no step allocates the state anew.
 */
import type { Session } from '../runtime/runner.ts';
import type { Tensor32 } from '../tensor/tensor.ts';
import { adamRates } from './adam-update.ts';
import { NORMALIZATION_MOMENTUM } from './batch-normalization.ts';
import { learningRateAt } from './learning-rate.ts';
import type { TrainingPlan } from './train.ts';
import type { TrainingState } from './training-state.ts';

const STATE = ['weights', 'first', 'second'] as const;
type Arrays = Record<(typeof STATE)[number], Float32Array>;

export class StepRunner {
  readonly #session: Session;
  readonly #plan: TrainingPlan;
  readonly #steps: number;
  #step: number;
  #current: Arrays;
  #next: Arrays;
  #statistics: Float32Array;

  /** Starts from `state`, which is not changed. */
  constructor(session: Session, plan: TrainingPlan, steps: number, state: TrainingState) {
    this.#session = session;
    this.#plan = plan;
    this.#steps = steps;
    this.#step = state.step;
    const copy = (): Arrays => ({
      weights: state.weights.slice(),
      first: state.first.slice(),
      second: state.second.slice(),
    });
    this.#current = copy();
    this.#next = copy();
    this.#statistics = state.statistics.slice();
  }

  /** One step; returns the logits [N, K] before it. */
  async run(batch: Readonly<Record<string, Tensor32>>): Promise<Float32Array> {
    const { learningRate, training } = this.#plan;
    const rate = learningRateAt(this.#step, this.#steps, learningRate, training);
    const rates = adamRates(this.#step + 1, rate, training.weightDecay);
    const feeds: Record<string, Tensor32> = { ...batch, rates: { shape: [rates.length], data: rates } };
    const into: Record<string, Tensor32> = {};
    for (const name of STATE) {
      const shape = [this.#current[name].length];
      feeds[name] = { shape, data: this.#current[name] };
      into[`next/${name}`] = { shape, data: this.#next[name] };
    }
    const results = await this.#session.run(feeds, into);
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#step++;
    this.#blendStatistics(results);
    return results.logits!.data;
  }

  /** A copy of the state after the last step; epochs and best are the caller's. */
  state(): TrainingState {
    const { weights, first, second } = this.#current;
    return {
      epochs: [],
      step: this.#step,
      weights: weights.slice(),
      first: first.slice(),
      second: second.slice(),
      statistics: this.#statistics.slice(),
      best: null,
    };
  }

  #blendStatistics(results: Readonly<Record<string, Tensor32>>): void {
    let offset = 0;
    for (const part of ['mean', 'variance']) {
      for (const [layer, channels] of this.#plan.network.normalized) {
        const fresh = results[`${part}/${layer}`]!.data;
        for (let c = 0; c < channels; c++) {
          const old = this.#statistics[offset + c]!;
          this.#statistics[offset + c] = old + NORMALIZATION_MOMENTUM * (fresh[c]! - old);
        }
        offset += channels;
      }
    }
  }
}

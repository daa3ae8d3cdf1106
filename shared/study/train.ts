/**
 * Supervised training: shuffled batches, softmax cross-entropy, Adam; validation after every epoch; early stopping.
 *
 * The same plan, images and engine give the same weights to the byte, in one go or resumed after any epoch: whatever
 * is drawn at random in an epoch is drawn from a generator of its own, seeded by seed and epoch.
 */
import { type UniformSource, xoshiro } from '../attribution/noise/xoshiro.ts';
import { PermanentFault } from '../errors.ts';
import type { TrainingSettings } from '../manifest/study.ts';
import type { Runner } from '../runtime/runner.ts';
import type { PixelRange } from './augment.ts';
import { BatchMaker } from './batch-maker.ts';
import { classifierModel } from './classifier-model.ts';
import { evaluateClassifier } from './evaluate-classifier.ts';
import type { ImageSource } from './image-source.ts';
import { scoreLogits } from './score.ts';
import { StepRunner } from './step-runner.ts';
import type { ParameterLayout, Parameters, TrainableNetwork } from './trainable-network.ts';
import { type BestEpoch, initialState, namedParameters, type TrainingState } from './training-state.ts';
import { trainingStep } from './training-step.ts';

export interface TrainingPlan {
  readonly network: TrainableNetwork;
  readonly initial: Parameters;
  readonly batch: number;
  readonly learningRate: number;
  readonly dropout: number;
  readonly training: TrainingSettings;
  readonly seed: number;
  readonly range: PixelRange;
}

export interface TrainingImages {
  readonly source: ImageSource;
  /** Indices into the source. Without validation images the last epoch counts as the best. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

export interface TrainingHooks {
  /** After every epoch, before the next begins: where a checkpoint is written. */
  readonly onEpoch?: (state: TrainingState) => void | Promise<void>;
  /** Share of all epochs done, after every step. */
  readonly onProgress?: (fraction: number) => void;
  /** Milliseconds, for the seconds of an epoch. */
  readonly now: () => number;
}

export interface Trained {
  readonly state: TrainingState;
  readonly best: BestEpoch;
  readonly layout: ParameterLayout;
  readonly ended: 'all-epochs' | 'early-stopping' | 'diverged';
}

/** Trains from the plan's initial weights, or goes on from `resume`. */
export async function train(
  runner: Runner,
  plan: TrainingPlan,
  images: TrainingImages,
  hooks: TrainingHooks,
  resume?: TrainingState,
): Promise<Trained> {
  const { network, batch, training } = plan;
  const batches = Math.floor(images.train.length / batch);
  if (batches === 0) {
    throw new PermanentFault(
      `train: expected at least one batch of ${batch} training images, got ${images.train.length}`,
      { code: 'study-too-few-images', remedy: 'Use a smaller batch, or more images.' },
    );
  }
  const graph = trainingStep(network, { batch, weightDecay: training.weightDecay > 0 });
  const session = await runner.load(graph.bytes);
  let state = resume ?? initialState(network, graph.layout, plan.initial);
  const steps = new StepRunner(session, plan, training.epochs * batches, state);
  let diverged = false;
  while (!diverged && state.epochs.length < training.epochs && !isStale(state, training.patience)) {
    const began = hooks.now();
    const epoch = state.epochs.length + 1;
    const maker = new BatchMaker(plan, images, graph, epochRandom(plan.seed, epoch));
    let [loss, right, seen] = [0, 0, 0];
    for (let index = 0; index < batches && !diverged; index++) {
      const { feeds, labels } = maker.next();
      const score = scoreLogits(await steps.run(feeds), network.classes, labels);
      diverged = !Number.isFinite(score.loss);
      if (diverged) break;
      loss += score.loss;
      right += score.right;
      seen += batch;
      hooks.onProgress?.((epoch - 1 + (index + 1) / batches) / training.epochs);
    }
    const current = diverged ? state : steps.state();
    const validation = await validate(runner, plan, images, graph.layout, current);
    diverged ||= validation !== null && !Number.isFinite(validation.loss);
    if (seen === 0 || (validation !== null && !Number.isFinite(validation.loss))) break;
    const seconds = (hooks.now() - began) / 1000;
    const entry = { epoch, train: { loss: loss / seen, accuracy: right / seen }, validation, seconds };
    state = withEpoch(current, state, entry);
    await hooks.onEpoch?.(state);
  }
  await session.release();
  if (!state.best) throw neverFinite();
  const all = state.epochs.length === training.epochs;
  const ended = diverged ? 'diverged' : all ? 'all-epochs' : 'early-stopping';
  return { state, best: state.best, layout: graph.layout, ended };
}

function neverFinite(): PermanentFault {
  return new PermanentFault('train: expected a finite loss in the first epoch, got one that is not', {
    code: 'study-diverged',
    remedy: 'Use a smaller learning rate, and check that the images’ values are in the range of the card.',
  });
}

function withEpoch(
  current: TrainingState,
  before: TrainingState,
  entry: TrainingState['epochs'][number],
): TrainingState {
  const loss = entry.validation?.loss ?? entry.train.loss;
  const better = !before.best || !entry.validation || loss < before.best.loss;
  const best = better
    ? {
        epoch: entry.epoch,
        loss,
        weights: current.weights.slice(),
        statistics: current.statistics.slice(),
      }
    : before.best;
  return { ...current, epochs: [...before.epochs, entry], best };
}

function isStale({ epochs, best }: TrainingState, patience: number | null): boolean {
  return patience !== null && best !== null && epochs.length - best.epoch >= patience;
}

async function validate(
  runner: Runner,
  { network }: TrainingPlan,
  { source, validation }: TrainingImages,
  layout: ParameterLayout,
  state: TrainingState,
): Promise<{ loss: number; accuracy: number } | null> {
  if (validation.length === 0) return null;
  const model = classifierModel(network, namedParameters(network, layout, state));
  const { loss, accuracy } = await evaluateClassifier(runner, model, network.imageShape, source, validation);
  return { loss, accuracy };
}

function epochRandom(seed: number, epoch: number): UniformSource {
  return xoshiro(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(epoch, 0x85ebca6b));
}

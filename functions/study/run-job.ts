/**
 * One job of a study, from prepared data to a result: trains (from its checkpoint where there is one), evaluates the
 * best epoch's weights on validation and test, and writes weights, then result, then drops the checkpoint. Whatever
 * moment it is killed at, running it again ends in the same bytes of weights.
 */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudyJob } from '../../shared/manifest/study.ts';
import type { StudyData } from '../../shared/manifest/study-data.ts';
import { studyCheckpointKey, studyResultKey, studyWeightsKey } from '../../shared/manifest/study-keys.ts';
import { type Evaluation, type StudyResult, studyResultSchema } from '../../shared/manifest/study-result.ts';
import { forwardFlops } from '../../shared/onnx/forward-flops.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { classifierModel } from '../../shared/study/classifier-model.ts';
import { evaluateClassifier } from '../../shared/study/evaluate-classifier.ts';
import { initialParameters, studyNetwork } from '../../shared/study/network.ts';
import { softmaxRows } from '../../shared/study/score.ts';
import { type Trained, type TrainingHooks, type TrainingPlan, train } from '../../shared/study/train.ts';
import type { TrainableNetwork } from '../../shared/study/trainable-network.ts';
import { namedParameters } from '../../shared/study/training-state.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { indicesOf, openPreparedImages, type PreparedImages, trainingIndices } from './prepared-images.ts';
import { writeWhole } from './write-whole.ts';

export interface JobContext {
  readonly runner: Runner;
  /** Threads of the runner: sums are cut by them, so they are part of what repeats to the byte. */
  readonly threads: number;
  /** The study's folder. */
  readonly folder: string;
  readonly dataDigest: string;
  readonly onProgress?: (fraction: number) => void;
  readonly onEpoch?: (epoch: StudyResult['epochs'][number]) => void;
  readonly now: () => number;
}

export async function isFinished(folder: string, key: string): Promise<boolean> {
  return access(join(folder, studyResultKey(key))).then(
    () => true,
    () => false,
  );
}

export async function runJob(key: string, job: StudyJob, context: JobContext): Promise<StudyResult> {
  const images = await openPreparedImages(context.folder, context.dataDigest);
  try {
    const plan = planOf(job, images.data);
    const trained = await trainWithCheckpoints(key, plan, images, context);
    const result = await resultOf(key, job, plan.network, trained, images, context);
    await writeWhole(join(context.folder, studyResultKey(key)), `${JSON.stringify(result)}\n`);
    await rm(join(context.folder, studyCheckpointKey(key)), { force: true });
    return result;
  } finally {
    images.close();
  }
}

function planOf({ configuration, training, seed }: StudyJob, data: StudyData): TrainingPlan {
  const { channels, width, range, mean, std } = data.input;
  const input = { channels, side: width, classes: data.classes.length };
  const inUnits = (value: number): number => (value - mean[0]!) / std[0]!;
  return {
    network: studyNetwork(configuration, input),
    initial: initialParameters(configuration, input, seed),
    batch: configuration.batch,
    learningRate: configuration.learningRate,
    dropout: configuration.dropout,
    training,
    seed,
    range: { black: inUnits(range[0]), white: inUnits(range[1]) },
  };
}

async function trainWithCheckpoints(
  key: string,
  plan: TrainingPlan,
  { data, source }: PreparedImages,
  { runner, folder, onProgress, onEpoch, now }: JobContext,
): Promise<Trained> {
  const path = join(folder, studyCheckpointKey(key));
  const hooks: TrainingHooks = {
    now,
    ...(onProgress && { onProgress }),
    async onEpoch(state) {
      await writeCheckpoint(path, key, state);
      const epoch = state.epochs.at(-1)!;
      if (epoch.validation) onEpoch?.({ ...epoch, validation: epoch.validation });
    },
  };
  const parts = {
    source,
    train: trainingIndices(data, plan.training.trainShare),
    validation: indicesOf(data, 'validation'),
  };
  return train(runner, plan, parts, hooks, (await readCheckpoint(path, key)) ?? undefined);
}

async function resultOf(
  key: string,
  { configuration, training, seed }: StudyJob,
  network: TrainableNetwork,
  { best, state, layout, ended }: Trained,
  images: PreparedImages,
  { runner, threads, folder, now }: JobContext,
): Promise<StudyResult> {
  const began = now();
  const bytes = classifierModel(network, namedParameters(network, layout, best));
  const weightsKey = studyWeightsKey(key);
  await writeWhole(join(folder, weightsKey), bytes);
  const evaluate = (part: 'validation' | 'test') => evaluation(runner, bytes, network, images, part);
  const validation = await evaluate('validation');
  const test = await evaluate('test');
  const { data } = images;
  return studyResultSchema.parse({
    schema: 'cxai.study-result/1',
    key,
    dataDigest: data.digest,
    classes: data.classes,
    configuration,
    training,
    seed,
    epochs: state.epochs,
    bestEpoch: best.epoch,
    ended,
    validation,
    test,
    parameters: layout.size,
    flops: forwardFlops(bytes, network.imageShape),
    trainingImages: trainingIndices(data, training.trainShare).length,
    seconds: state.epochs.reduce((sum, { seconds }) => sum + seconds, 0) + (now() - began) / 1000,
    threads,
    engine: runner.engine,
    weights: { key: weightsKey, digest: digestOf(bytes), bytes: bytes.length },
  } satisfies Record<keyof StudyResult, unknown>);
}

async function evaluation(
  runner: Runner,
  bytes: Uint8Array,
  { imageShape, classes }: TrainableNetwork,
  { data, source }: PreparedImages,
  part: 'validation' | 'test',
): Promise<Evaluation | null> {
  const indices = indicesOf(data, part);
  if (indices.length === 0) return null;
  const { logits, loss, accuracy } = await evaluateClassifier(runner, bytes, imageShape, source, indices);
  const probabilities = softmaxRows(logits, classes);
  const predictions = indices.map((index, place) => ({
    image: data.images[index]!.digest,
    label: data.images[index]!.label,
    probabilities: probabilities[place]!,
  }));
  return { loss, accuracy, predictions };
}

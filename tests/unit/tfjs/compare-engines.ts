/** A model built or written as TF.js, in both engines: greatest differences of scores and gradients. */
import * as tfModule from '@tensorflow/tfjs';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { loadTfjsEngine, type TfjsFiles } from '../../../functions/common/tfjs-engine.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { elementCount, type Tensor32 } from '../../../shared/tensor/tensor.ts';
import { importTfjs } from '../../../shared/tfjs/import-tfjs.ts';
import { uniform } from '../engine/uniform.ts';

export const tf = tfModule;
const runner = createOnnxRuntimeRunner({ threads: 1 });

/** What `model.save` would write, with every weight drawn anew (so that no bias or statistic is 0 or 1). */
export async function savedModel(model: tfModule.LayersModel, seed = 5): Promise<TfjsFiles> {
  const next = uniform(seed);
  let files: TfjsFiles | undefined;
  model.setWeights(
    model.weights.map(({ shape, name }) => {
      const count = elementCount(shape as number[]);
      const positive = /variance|gamma/.test(name);
      const values = Float32Array.from({ length: count }, () => (positive ? 1 + 0.5 * next() : 0.4 * next()));
      return tf.tensor(values, shape as number[]);
    }),
  );
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const json = {
        format: 'layers-model',
        modelTopology: JSON.parse(JSON.stringify(modelTopology)),
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      };
      const bytes = new Uint8Array(weightData as ArrayBuffer);
      files = { json, shards: new Map([['weights.bin', bytes]]) };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return files!;
}

export interface Difference {
  readonly scores: number;
  /** Relative to the greatest gradient. */
  readonly gradient: number;
}

interface Engines {
  readonly ours: Classifier;
  readonly theirs: Classifier;
  readonly batch: Tensor32;
  readonly targets: readonly number[];
}

async function openBoth(files: TfjsFiles, batchSize: number): Promise<Engines> {
  const ours = await compileClassifier(importTfjs(files.json, files.shards).bytes, runner);
  const theirs = await (await loadTfjsEngine()).open(files);
  const shape = [batchSize, ...ours.inputShape];
  const batch = { shape, data: Float32Array.from({ length: elementCount(shape) }, uniform(3)) };
  const targets = Array.from({ length: batchSize }, (_, image) => image % ours.classCount);
  return { ours, theirs, batch, targets };
}

/**
 * For models that are linear in the image and whose gradient TensorFlow.js lacks or gets wrong: our directional
 * derivative against the difference of its own scores, relative.
 */
export async function compareSlopes(files: TfjsFiles): Promise<Difference> {
  const { ours, theirs, batch } = await openBoth(files, 1);
  const { scores, gradient } = await ours.gradient(batch, [0]);
  const own = await theirs.scores(batch);
  const direction = gradient.data.map((value, at) => Math.sin(at) + Math.sign(value));
  const moved = batch.data.map((value, at) => value + direction[at]!);
  const numeric = (await theirs.scores({ shape: batch.shape, data: moved })).data[0]! - own.data[0]!;
  const slope = gradient.data.reduce((sum, value, at) => sum + value * direction[at]!, 0);
  await ours.release();
  await theirs.release();
  const difference = scores.data.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - own.data[at]!)),
    0,
  );
  return { scores: difference, gradient: Math.abs(slope - numeric) / Math.abs(numeric) };
}

export async function compareEngines(files: TfjsFiles, batchSize = 2): Promise<Difference> {
  const { ours, theirs, batch, targets } = await openBoth(files, batchSize);
  const [a, b] = [await ours.gradient(batch, targets), await theirs.gradient(batch, targets)];
  const only = await theirs.scores(batch);
  await ours.release();
  await theirs.release();
  const greatest = (list: Float32Array): number =>
    list.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const between = (x: Float32Array, y: Float32Array): number =>
    greatest(x.map((value, at) => value - y[at]!));
  return {
    scores: Math.max(between(a.scores.data, b.scores.data), between(a.scores.data, only.data)),
    gradient: between(a.gradient.data, b.gradient.data) / greatest(b.gradient.data),
  };
}

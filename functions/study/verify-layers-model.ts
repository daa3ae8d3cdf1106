/**
 * A TF.js layers model against the ONNX model it was written from: scores of TensorFlow.js itself, and of our own
 * importer, on smooth images of the model's range. Throws PermanentFault `export-differs` above 1e-5.
 */
import { PermanentFault } from '../../shared/errors.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import type { LayersModel } from '../../shared/tfjs/export-layers-model.ts';
import { importTfjs } from '../../shared/tfjs/import-tfjs.ts';
import { loadTfjsEngine } from '../common/tfjs-engine.ts';

const TOLERANCE = 1e-5;
const IMAGES = 2;

export interface LayersModelCheck {
  /** Greatest difference of a score from the ONNX model's. */
  readonly tfjs: number;
  readonly importer: number;
  readonly engine: string;
}

export async function verifyLayersModel(
  { json, weights }: LayersModel,
  onnx: Uint8Array,
  runner: Runner,
): Promise<LayersModelCheck> {
  const shards = new Map([[weights.name, weights.bytes]]);
  const { open, engine } = await loadTfjsEngine();
  const original = await compileClassifier(onnx, runner);
  const expected = await scoresOf(original, 'channels first');
  const tfjs = greatest(expected, await scoresOf(await open({ json, shards }), 'channels last'));
  const imported = await compileClassifier(importTfjs(json, shards).bytes, runner);
  const importer = greatest(expected, await scoresOf(imported, 'channels last'));
  if (!(tfjs <= TOLERANCE && importer <= TOLERANCE)) {
    throw new PermanentFault(
      `study export: expected scores of both forms within ${TOLERANCE}, got differences of ${tfjs} (TF.js) and ${importer} (importer)`,
      { code: 'export-differs' },
    );
  }
  return { tfjs, importer, engine };
}

/** The same images for both layouts. */
async function scoresOf(
  classifier: Classifier,
  order: 'channels first' | 'channels last',
): Promise<Float32Array> {
  const { inputShape } = classifier;
  const last = order === 'channels last';
  const [channels, height, width] = (last ? [inputShape[2], inputShape[0], inputShape[1]] : inputShape) as [
    number,
    number,
    number,
  ];
  const data = new Float32Array(IMAGES * channels * height * width);
  for (let image = 0; image < IMAGES; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < height * width; pixel++) {
        const place = last ? pixel * channels + channel : channel * height * width + pixel;
        const value = 0.5 + 0.5 * Math.sin(0.013 * (pixel + 1) * (image + 1) + channel);
        data[image * channels * height * width + place] = value;
      }
    }
  }
  const { data: scores } = await classifier.scores({ shape: [IMAGES, ...inputShape], data });
  await classifier.release();
  return scores;
}

const greatest = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length
    ? a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0)
    : Infinity;

/**
 * Every model of ../shared/data/models: accepted with the native engine's scores and with gradients that agree with
 * central differences, or refused with its reason.
 *   node tests/bench/engine/model-table.ts [part of a file's name]
 *
 * Native engine: onnxruntime on the file as it is (ONNX), TensorFlow.js (model.json, .h5, .keras). `scores`: greatest absolute
 * difference. `gradient`: analytic against central difference of the logit along a random direction near the
 * gradient, relative, the best of four steps (the difference itself is computed in float32); `-` where the logit does
 * not move. The onnx_light models get random weights for it, their own are one constant.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { type ModelFile, readModelFile } from '../../../functions/common/read-model-file.ts';
import { loadTfjsEngine } from '../../../functions/common/tfjs-engine.ts';
import { CxaiError } from '../../../shared/errors.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { elementCount, type Tensor32 } from '../../../shared/tensor/tensor.ts';
import { uniform } from '../../unit/engine/uniform.ts';
import { withRandomWeights } from './light-models.ts';

const FOLDER = fileURLToPath(new URL('../../../../shared/data/models/', import.meta.url));
const runner = createOnnxRuntimeRunner({ threads: 2 });
const SCORE_TOLERANCE = 1e-5;

interface Row {
  readonly model: string;
  readonly scores?: number;
  readonly gradient?: number | undefined;
  readonly milliseconds?: number;
  readonly refusal?: string;
}

function modelFiles(): string[] {
  const all = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return all.filter((path) => /\.(onnx|h5|keras)$|model\.json$/.test(path)).sort();
}

function randomImage(shape: readonly number[]): Tensor32 {
  const next = uniform(11);
  return {
    shape: [1, ...shape],
    data: Float32Array.from({ length: elementCount(shape) }, () => 0.5 + 0.5 * next()),
  };
}

async function nativeScores(path: string, file: ModelFile, image: Tensor32): Promise<Float32Array> {
  if (file.tfjs) {
    const classifier = await (await loadTfjsEngine()).open(file.tfjs);
    const { data } = await classifier.scores(image);
    await classifier.release();
    return data;
  }
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  const feed = new ort.Tensor('float32', image.data, image.shape);
  const outputs = await session.run({ [session.inputNames[0]!]: feed });
  const scores = outputs[session.outputNames[0]!]!.data as Float32Array;
  await session.release();
  return scores;
}

/** |analytic − numeric| ÷ |numeric|, the best of four steps; undefined where the logit stands still. */
async function gradientError(classifier: Classifier, image: Tensor32): Promise<number | undefined> {
  const { gradient } = await classifier.gradient(image, [0]);
  const direction = Float64Array.from(
    gradient.data,
    (value, at) => value / 2 + Math.abs(value) * Math.sin(at),
  );
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return undefined;
  const slope = gradient.data.reduce((sum, value, index) => sum + value * direction[index]!, 0);
  const errors: number[] = [];
  for (const step of [3e-2, 1e-2, 3e-3, 1e-3].map((each) => each / length)) {
    const at = async (sign: number): Promise<number> => {
      const data = Float32Array.from(image.data, (value, index) => value + sign * step * direction[index]!);
      return (await classifier.scores({ shape: image.shape, data })).data[0]!;
    };
    const numeric = (await at(1)) - (await at(-1));
    if (numeric !== 0) errors.push(Math.abs(2 * step * slope - numeric) / Math.abs(numeric));
  }
  return errors.length > 0 ? Math.min(...errors) : undefined;
}

async function rowOf(path: string): Promise<Row> {
  const model = path.endsWith('model.json') ? basename(dirname(path)) : path;
  try {
    const file = await readModelFile(join(FOLDER, path));
    const started = performance.now();
    const classifier = await compileClassifier(file.bytes, runner);
    const image = randomImage(classifier.inputShape);
    const { data } = await classifier.scores(image);
    const milliseconds = performance.now() - started;
    const native = await nativeScores(join(FOLDER, path), file, image);
    const scores = data.reduce((most, value, at) => Math.max(most, Math.abs(value - native[at]!)), 0);
    await classifier.release();
    const differentiated = path.includes('light_') ? withRandomWeights(file.bytes) : file.bytes;
    const logits = await compileClassifier(differentiated, runner, { explain: 'logit' });
    const gradient = await gradientError(logits, image);
    await logits.release();
    return { model, scores, gradient, milliseconds };
  } catch (error) {
    if (!(error instanceof CxaiError)) throw error;
    return { model, refusal: error.message.replace(/^model: expected .*?, got /, '') };
  }
}

if (!existsSync(FOLDER)) {
  console.log(`no models: ${FOLDER} is absent`);
} else {
  let failures = 0;
  console.log('| model | scores, max abs | gradient, rel | open + first answer |\n|---|---|---|---|');
  for (const path of modelFiles().filter((name) => name.includes(process.argv[2] ?? ''))) {
    const { model, scores, gradient, milliseconds, refusal } = await rowOf(path);
    const wrong = scores !== undefined && !(scores <= SCORE_TOLERANCE);
    failures += wrong ? 1 : 0;
    console.log(
      refusal === undefined
        ? `| ${model} | ${scores?.toExponential(1)}${wrong ? ' ✗' : ''} | ${gradient?.toExponential(1) ?? '-'} | ${milliseconds?.toFixed(0)} ms |`
        : `| ${model} | refused: ${refusal} | | |`,
    );
  }
  process.exitCode = failures > 0 ? 1 : 0;
}

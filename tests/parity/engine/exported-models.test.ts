/**
 * Real exports (CNTK, PyTorch, tf2onnx, Caffe2) are accepted or refused with the right reason.
 *
 * Accepted: scores are bit for bit onnxruntime's own for the file as it is, and along random directions the
 * logit's gradient agrees with its central difference, to 1 % (the difference itself is in float32).
 */
import { existsSync, readFileSync } from 'node:fs';
import '../../../functions/common/no-telemetry.ts';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { elementCount, type Tensor32 } from '../../../shared/tensor/tensor.ts';
import { uniform } from '../../unit/engine/uniform.ts';

const FOLDER = new URL('../../../../shared/data/models/onnx/', import.meta.url);
const runner = createOnnxRuntimeRunner();

function randomBatch(count: number, shape: readonly number[], scale: number): Tensor32 {
  const next = uniform(11);
  const data = Float32Array.from({ length: count * elementCount(shape) }, () => scale * next());
  return { shape: [count, ...shape], data };
}

async function ownScores(bytes: Buffer, batch: Tensor32): Promise<number[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const [count, ...shape] = batch.shape as [number, ...number[]];
  const scores: number[] = [];
  for (let image = 0; image < count; image++) {
    const size = elementCount(shape);
    const one = new ort.Tensor('float32', batch.data.slice(image * size, (image + 1) * size), [1, ...shape]);
    const outputs = await session.run({ [session.inputNames[0]!]: one });
    scores.push(...(outputs[session.outputNames[0]!]!.data as Float32Array));
  }
  await session.release();
  return scores;
}

const LAYOUTS = [
  { file: 'brain_tumor_anas436_224x224x3.onnx', layout: 'NHWC', classes: 2, step: 3e-3 },
  { file: 'cifar100_pytorch113_selu.onnx', layout: 'NCHW', classes: 100, step: 3e-3 },
  { file: 'mnist_cntk_opset8.onnx', layout: 'NCHW', classes: 10, step: 1e-2 },
  { file: 'mnist_pytorch25_opset11.onnx', layout: 'NCHW', classes: 10, step: 3e-3 },
] as const;

const REFUSED = [
  { file: 'BROKEN_lfs_pointer.onnx', reason: 'a Git LFS pointer instead of the model' },
  { file: 'matmul_two_inputs.onnx', reason: '2 inputs: a, b (expected one image)' },
  { file: 'mlp_no_conv.onnx', reason: 'rank 2' },
  { file: 'superres_pytorch02_ir1_noopset.onnx', reason: 'operator set 1 (expected 7 to 23)' },
] as const;

const LIGHT = ['densenet121', 'inception_v1', 'shufflenet', 'squeezenet'];

describe.skipIf(!existsSync(FOLDER))(
  'exported models (../shared/data is not beside this repository where skipped)',
  () => {
    it.each(LAYOUTS)('$file is explained', async ({ file, layout, classes, step }) => {
      const bytes = readFileSync(new URL(file, FOLDER));
      const classifier = await compileClassifier(bytes, runner);
      expect([classifier.layout, classifier.classCount]).toEqual([layout, classes]);
      const batch = randomBatch(2, classifier.inputShape, 1);
      expect([...(await classifier.scores(batch)).data]).toEqual(await ownScores(bytes, batch));
      await classifier.release();
      const logits = await compileClassifier(bytes, runner, { explain: 'logit' });
      const { gradient } = await logits.gradient(batch, [1, 0]);
      const direction = gradient.data.map((value, at) => value / 2 + Math.abs(value) * Math.sin(at));
      const unit = step / Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
      const at = async (sign: number): Promise<number> => {
        const data = batch.data.map((value, index) => value + sign * unit * direction[index]!);
        const scores = await logits.scores({ shape: batch.shape, data });
        return scores.data[1]! + scores.data[classes]!;
      };
      const numeric = (await at(1)) - (await at(-1));
      await logits.release();
      const analytic =
        2 * unit * gradient.data.reduce((sum, value, index) => sum + value * direction[index]!, 0);
      expect(Math.abs(analytic - numeric) / Math.abs(numeric)).toBeLessThan(0.01);
    });

    it.each(LIGHT)('light_%s has the scores of the file as it is', async (name) => {
      const bytes = readFileSync(new URL(`onnx_light/light_${name}.onnx`, FOLDER));
      const classifier = await compileClassifier(bytes, runner);
      const batch = randomBatch(1, classifier.inputShape, 1);
      const { scores, gradient } = await classifier.gradient(batch, [0]);
      await classifier.release();
      const own = await ownScores(bytes, batch);
      expect(scores.data).toHaveLength(own.length);
      // Scales are folded into weights once, in float64; the engine folds them one by one in float32.
      scores.data.forEach((score, at) => {
        expect(Math.abs(score - own[at]!), `class ${at}`).toBeLessThan(
          1e-6 * Math.max(1, ...own.map(Math.abs)),
        );
      });
      expect(gradient.data.every(Number.isFinite)).toBe(true);
    });

    it.each(REFUSED)('$file is refused: $reason', async ({ file, reason }) => {
      await expect(compileClassifier(readFileSync(new URL(file, FOLDER)), runner)).rejects.toThrow(reason);
    });
  },
);

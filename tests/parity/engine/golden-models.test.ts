/**
 * Scores and gradients against PyTorch in float64, for three small exported networks.
 * Tolerances: scores 1e-6 relative L2; gradient max(1e-6, 10 × the float32 gap that PyTorch itself shows).
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { readNpyTensor } from '../../../shared/tensor/npy.ts';
import type { Tensor } from '../../../shared/tensor/tensor.ts';

const FOLDER = new URL('../../../../shared/golden/models/', import.meta.url);
const present = existsSync(FOLDER);
const runner = createOnnxRuntimeRunner();

interface GoldenCase {
  readonly target: number;
  readonly float32_gap: { readonly gradient: number };
}

function read(model: string, file: string): Buffer {
  return readFileSync(new URL(`${model}/${file}`, FOLDER));
}

function channelsFirst({ shape, data }: Tensor): { shape: number[]; data: Float64Array } {
  const [height, width, channels] = shape as [number, number, number];
  const moved = new Float64Array(data.length);
  data.forEach((value, at) => {
    const channel = at % channels;
    moved[channel * height * width + Math.floor(at / channels)] = value;
  });
  return { shape: [channels, height, width], data: moved };
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let norm = 0;
  for (let at = 0; at < expected.length; at++) {
    difference += (actual[at]! - expected[at]!) ** 2;
    norm += expected[at]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

describe.skipIf(!present)(
  'golden networks (../shared/golden is not beside this repository where skipped)',
  () => {
    describe.each(['paper-cnn3', 'resnet-mini', 'densenet-mini'])('%s', (model) => {
      it.each([1, 3, 8])('agrees with float64 PyTorch in a batch of %i', async (count) => {
        const golden: GoldenCase = JSON.parse(read(model, 'case.json').toString());
        const classifier = await compileClassifier(read(model, 'model.onnx'), runner);
        const input = channelsFirst(readNpyTensor(read(model, 'input.npy')));
        const size = input.data.length;
        const data = new Float64Array(count * size);
        for (let image = 0; image < count; image++) data.set(input.data, image * size);
        const targets = Array.from({ length: count }, (_, image) =>
          image === count - 1 ? golden.target : 0,
        );
        const { scores, gradient } = await classifier.gradient(
          { shape: [count, ...input.shape], data },
          targets,
        );
        await classifier.release();
        const expected = channelsFirst(readNpyTensor(read(model, 'expect_gradient.npy'))).data;
        const lastScores = scores.data.slice((count - 1) * classifier.classCount);
        expect(relativeError(lastScores, readNpyTensor(read(model, 'expect_scores.npy')).data)).toBeLessThan(
          1e-6,
        );
        expect(relativeError(gradient.data.slice((count - 1) * size), expected)).toBeLessThan(
          Math.max(1e-6, 10 * golden.float32_gap.gradient),
        );
      });
    });
  },
);

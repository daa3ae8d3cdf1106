import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { type TrainingGraph, trainingGraph } from '../../../shared/autodiff/training-graph.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import { randomArray } from './check-operator.ts';
import { smallCnn } from './test-models.ts';
import { gemm, map, reduce, reshape, softmax } from './twin/arithmetic.ts';
import { type Array64, sum } from './twin/array.ts';
import { conv, maxPool, type WindowSpec } from './twin/windows.ts';
import { uniform } from './uniform.ts';

const BATCH = 3;
const runner = createOnnxRuntimeRunner({ threads: 1 });
const same: WindowSpec = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] };
const half: WindowSpec = { kernel: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] };

const relu = (x: Array64): Array64 => map(x, (value) => Math.max(value, 0));

/** The twin of smallCnn with mean softmax cross-entropy. */
function loss(image: Array64, labels: Array64, weights: readonly Array64[]): number {
  const [w1, b1, w2, b2, w3, b3] = weights as [Array64, Array64, Array64, Array64, Array64, Array64];
  const pooled = maxPool(relu(conv(image, w1, b1, same)), half);
  const features = relu(conv(pooled, w2, b2, same));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const flat = reshape(reduce(features, [2, 3], true, mean), [BATCH, 16]);
  const probabilities = softmax(gemm(flat, w3, b3, { transB: 1 }), [1]);
  return (
    -sum([BATCH, 3], ([n, k]) => labels.data[n! * 3 + k!]! * Math.log(probabilities.data[n! * 3 + k!]!)) /
    BATCH
  );
}

function feedsOf(training: TrainingGraph): {
  feeds: Record<string, Tensor32>;
  image: Array64;
  labels: Array64;
} {
  const image = randomArray(training.imageShape, uniform(5));
  const labels = { shape: training.labelsShape, data: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0) };
  const feeds: Record<string, Tensor32> = {
    image: { shape: image.shape, data: Float32Array.from(image.data) },
    labels: { shape: labels.shape, data: Float32Array.from(labels.data) },
  };
  for (const name of training.parameters) {
    const { shape, data } = training.initial.get(name)!;
    feeds[name] = { shape, data: Float32Array.from(data) };
  }
  return { feeds, image, labels };
}

describe('a training graph', () => {
  it('gives the loss and its derivative with respect to every weight', async () => {
    const training = trainingGraph(smallCnn(), { batch: BATCH });
    expect(training.parameters).toHaveLength(6);
    const { feeds, image, labels } = feedsOf(training);
    const session = await runner.load(training.bytes);
    const results = await session.run(feeds);
    await session.release();
    const weights = training.parameters.map((name) => ({
      shape: training.initial.get(name)!.shape,
      data: Float64Array.from(training.initial.get(name)!.data),
    }));
    expect(results.logits!.shape).toEqual([BATCH, 3]);
    expect(Math.abs(results.loss!.data[0]! - loss(image, labels, weights))).toBeLessThan(1e-6);
    const next = uniform(9);
    training.parameters.forEach((name, index) => {
      const gradient = results[`gradient/${name}`]!;
      expect(gradient.shape).toEqual(weights[index]!.shape);
      const direction = randomArray(gradient.shape, next);
      const at = (step: number): number =>
        loss(
          image,
          labels,
          weights.map((w, other) =>
            other === index
              ? { shape: w.shape, data: w.data.map((v, k) => v + step * direction.data[k]!) }
              : w,
          ),
        );
      const numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
      const analytic = sum([gradient.data.length], ([k]) => gradient.data[k!]! * direction.data[k!]!);
      expect(Math.abs(analytic - numeric) / Math.max(Math.abs(numeric), 1e-2), name).toBeLessThan(1e-4);
    });
  });

  it('leaves a final softmax out, so that logits are logits', async () => {
    const plain = trainingGraph(smallCnn(), { batch: BATCH });
    const activated = trainingGraph(smallCnn([2, 12, 10], 'Softmax'), { batch: BATCH });
    const [left, right] = await Promise.all(
      [plain, activated].map(async (training) => {
        const session = await runner.load(training.bytes);
        const results = await session.run(feedsOf(training).feeds);
        await session.release();
        return results;
      }),
    );
    expect(right!.logits!.data).toEqual(left!.logits!.data);
    expect(right!.loss!.data).toEqual(left!.loss!.data);
  });

  it('takes only the named parameters, and refuses a name the model does not have', () => {
    const [first] = trainingGraph(smallCnn(), { batch: 1 }).parameters;
    expect(trainingGraph(smallCnn(), { batch: 1, parameters: [first!] }).parameters).toEqual([first]);
    expect(() => trainingGraph(smallCnn(), { batch: 1, parameters: ['absent'] })).toThrow(
      'no weight named absent',
    );
  });
});

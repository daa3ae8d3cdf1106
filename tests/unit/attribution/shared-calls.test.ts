import { describe, expect, test } from 'vitest';
import { methods, parseOptions } from '../../../shared/attribution/registry.ts';
import { sharedCalls } from '../../../shared/attribution/shared-calls.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import type { ConvolutionalClassifier } from '../../../shared/runtime/convolutional-classifier.ts';
import { type Tensor, tensor } from '../../../shared/tensor/tensor.ts';
import { quickOptions } from '../../conformance/attribution/quick-options.ts';
import { closedForm, sineSum } from './closed-form.ts';

const SHAPE = [14, 12, 3];
const SIZE = 14 * 12 * 3;
const weights = Float64Array.from({ length: SIZE }, (_, i) => Math.sin(i * 12.9898) / 10);
const image = tensor(
  Float32Array.from(weights, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.37)),
  SHAPE,
);

/** A model that writes down every gradient asked of it, as pass, target and image. */
function recorded(): { model: ConvolutionalClassifier; asked: string[]; forwards: () => number } {
  const inner = closedForm(sineSum(weights), SHAPE);
  const asked: string[] = [];
  let forwards = 0;
  const note = (pass: string, { data, shape }: Tensor, targets: readonly number[]): void => {
    const size = data.length / shape[0]!;
    targets.forEach((target, n) => {
      asked.push(`${pass} ${target} ${data.subarray(n * size, (n + 1) * size).join()}`);
    });
  };
  const model: ConvolutionalClassifier = {
    ...inner,
    scores(batch) {
      forwards += batch.shape[0]!;
      return inner.scores(batch);
    },
    gradient(batch, targets) {
      note('gradient', batch, targets);
      return inner.gradient(batch, targets);
    },
    activations(batch, targets) {
      note('activations', batch, targets);
      return inner.activations(batch, targets);
    },
    guidedGradient(batch, targets) {
      note('guided', batch, targets);
      return inner.guidedGradient(batch, targets);
    },
  };
  return { model, asked, forwards: () => forwards };
}

async function runAll(model: Classifier) {
  const maps = new Map<string, readonly number[]>();
  let gradients = 0;
  for (const method of methods) {
    const reference = method.name === 'integrated-gradients' ? { quadrature: 'reference' } : {};
    const options = parseOptions(method, { ...quickOptions[method.name], ...reference });
    const found = await method.attribute(model, image, { target: 1 }, options);
    maps.set(method.name, [...found.map.data]);
    gradients += found.gradients;
  }
  return { maps, gradients };
}

describe('all methods on one image', () => {
  test('never ask the model for the same gradient twice, and give the same maps', async () => {
    const alone = recorded();
    const apart = await runAll(alone.model);
    expect(new Set(alone.asked).size).toBeLessThan(alone.asked.length);

    const { model, asked, forwards } = recorded();
    const shared = sharedCalls(model);
    const together = await runAll(shared.classifier);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBe(new Set(alone.asked).size);
    expect(together.gradients).toBe(apart.gradients);
    expect(shared.reused().gradients).toBe(apart.gradients - asked.length);
    expect(shared.reused().forwards).toBe(alone.forwards() - forwards());
    expect(together.maps).toEqual(apart.maps);
  });

  test('give the same maps where memory holds only two gradients', async () => {
    const { model } = recorded();
    const limit = 2 * (SIZE + 2) * 4;
    const shared = sharedCalls(model, limit);
    const together = await runAll(shared.classifier);
    expect(shared.bytes()).toBeLessThanOrEqual(limit);
    expect(together.maps).toEqual((await runAll(recorded().model)).maps);
  });
});

describe('a shared model', () => {
  const batchOf = (...shifts: number[]): Tensor => {
    const data = new Float32Array(shifts.length * SIZE);
    shifts.forEach((shift, n) => {
      for (let i = 0; i < SIZE; i++) data[n * SIZE + i] = image.data[i]! + shift;
    });
    return tensor(data, [shifts.length, ...SHAPE]);
  };

  test('computes only the images of a batch that are new, and keeps their order', async () => {
    const { model, asked } = recorded();
    const { classifier } = sharedCalls(model);
    await classifier.gradient(batchOf(0, 1), [0, 0]);
    const found = await classifier.gradient(batchOf(2, 1, 0, 3), [0, 0, 0, 0]);
    expect(asked).toHaveLength(4);
    expect(found).toEqual(await model.gradient(batchOf(2, 1, 0, 3), [0, 0, 0, 0]));
  });

  test('tells targets apart', async () => {
    const { model } = recorded();
    const { classifier } = sharedCalls(model);
    await classifier.gradient(batchOf(0), [0]);
    expect(await classifier.gradient(batchOf(0), [1])).toEqual(await model.gradient(batchOf(0), [1]));
  });

  test('knows the scores of a point whose gradient it has', async () => {
    const { model, forwards } = recorded();
    const { classifier, reused } = sharedCalls(model);
    await classifier.gradient(batchOf(0), [0]);
    const scores = await classifier.scores(batchOf(0));
    expect([forwards(), reused().forwards]).toEqual([0, 1]);
    expect(scores).toEqual(await model.scores(batchOf(0)));
  });
});

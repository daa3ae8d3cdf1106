import { expect, test } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { attributeTargets } from '../../../shared/attribution/attribute-targets.ts';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { sharedCalls } from '../../../shared/attribution/shared-calls.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { smallCnn } from '../engine/test-models.ts';
import { closedForm, sineSum } from './closed-form.ts';

const shape = [6, 5, 1];
const weights = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i * 3));
const input = tensor(weights.map(Math.cos), shape);
const classes = [2, 0, 1];
const model = () => closedForm(sineSum(weights), shape, 'NHWC', 3);

test.each([
  ['gradients', {}],
  ['integrated-gradients', { quadrature: 'adaptive', tolerance: 1e-4 }],
  ['guided-ig', { steps: 6 }],
  ['grad-cam', {}],
  ['smoothgrad', { samples: 3 }],
])('%s gives each of several classes the map it gets alone', async (name, given) => {
  const method = methodNamed(name);
  const options = parseOptions(method, given);
  const seen: number[] = [];
  const onProgress = (fraction: number) => seen.push(fraction);
  const found = await attributeTargets(method, model(), input, { onProgress }, classes, options);
  for (const [index, target] of classes.entries()) {
    expect(found[index]!.map).toEqual((await method.attribute(model(), input, { target }, options)).map);
  }
  expect(seen.at(-1)).toBeCloseTo(1, 10);
});

test('calls of all classes go into the same batches', async () => {
  const method = methodNamed('guided-ig');
  const together = model();
  await attributeTargets(method, together, input, {}, classes, parseOptions(method, { steps: 6 }));
  expect(together.calls.batches).toEqual([6, 3, 3, 3, 3, 3, 3]);
});

test('a class the model has not is refused', async () => {
  const method = methodNamed('gradients');
  await expect(attributeTargets(method, model(), input, {}, [0, 3], {})).rejects.toThrow(
    /expected a class index from 0 to 2/,
  );
});

test('one forward pass serves the classes that stand at the same points', async () => {
  const cnn = await compileClassifier(smallCnn(), createOnnxRuntimeRunner({ threads: 1 }));
  const passes: number[] = [];
  const counting = {
    ...cnn,
    gradient(...given: Parameters<typeof cnn.gradient>) {
      passes.push(1);
      return cnn.gradient(...given);
    },
    gradients(...given: Parameters<NonNullable<typeof cnn.gradients>>) {
      passes.push(given[1].length);
      return cnn.gradients!(...given);
    },
  };
  const image = tensor(
    Float32Array.from({ length: 240 }, (_, i) => Math.sin(i)),
    [2, 12, 10],
  );
  const method = methodNamed('integrated-gradients');
  const options = parseOptions(method, { steps: 10 });
  const found = await attributeTargets(method, sharedCalls(counting).classifier, image, {}, classes, options);
  // Ten points go in two calls of five, for all three classes.
  expect(passes).toEqual([3, 3]);
  for (const [index, target] of classes.entries()) {
    const alone = await method.attribute(cnn, image, { target }, options);
    alone.map.data.forEach((value, i) => {
      expect(found[index]!.map.data[i]).toBeCloseTo(value, 6);
    });
  }
  const guided = methodNamed('guided-ig');
  passes.length = 0;
  await attributeTargets(guided, counting, image, {}, classes, parseOptions(guided, { steps: 2 }));
  // All paths start at the baseline; then each goes its own way.
  expect(passes).toEqual([3, 1]);
  await cnn.release();
});

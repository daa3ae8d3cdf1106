/** One suite that every registered attribution method has to pass. */
import { describe, expect, test } from 'vitest';
import type { AttributionContext } from '../../../shared/attribution/method.ts';
import { methods, parseOptions } from '../../../shared/attribution/registry.ts';
import { Cancelled } from '../../../shared/errors.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import type { ConvolutionalClassifier } from '../../../shared/runtime/convolutional-classifier.ts';
import { type Tensor, tensor } from '../../../shared/tensor/tensor.ts';
import { type ClosedForm, closedForm, powerSum, sineSum } from '../../unit/attribution/closed-form.ts';
import { mayNeedLess, onLinearModel, quickOptions } from './quick-options.ts';

const SHAPE = [14, 12, 3];
const SIZE = 14 * 12 * 3;
const weights = Float64Array.from({ length: SIZE }, (_, i) => Math.sin(i * 12.9898) / 10);
const image = (): Tensor =>
  tensor(
    Float32Array.from(weights, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.37)),
    SHAPE,
  );
const sine = () => closedForm(sineSum(weights), SHAPE);
const linear = powerSum(weights, 1);
const flat: ClosedForm = { score: () => 1, gradient: (x) => new Float64Array(x.length) };

describe.each(methods.map((method) => [method.name, method] as const))('%s', (name, method) => {
  const options = parseOptions(method, quickOptions[name]);
  const run = (model: Classifier, input: Tensor = image(), context: Partial<AttributionContext> = {}) =>
    method.attribute(model, input, { target: 1, ...context }, options);

  test('is in the tables of this suite', () => {
    expect(quickOptions).toHaveProperty([name]);
    expect(onLinearModel).toHaveProperty([name]);
  });

  test('gives the same bytes for every batch size, and again', async () => {
    const maps = [];
    for (const batchSize of [1, 3, 8, 8]) maps.push((await run(sine(), image(), { batchSize })).map.data);
    for (const map of maps.slice(1)) expect(map).toEqual(maps[0]);
  });

  test('never puts more images into a batch than it is told', async () => {
    const model = sine();
    await run(model, image(), { batchSize: 2 });
    expect(Math.max(...model.calls.batches)).toBeLessThanOrEqual(2);
  });

  test('makes exactly the model calls it declares and reports', async () => {
    const model = sine();
    const found = await run(model);
    const declared = method.cost(options, { height: 14, width: 12 });
    expect({ gradients: found.gradients, forwards: found.forwards }).toEqual({
      gradients: model.calls.gradients,
      forwards: model.calls.forwards,
    });
    if (name in mayNeedLess) expect(found.forwards).toBeLessThanOrEqual(declared.forwards);
    else expect({ ...declared }).toEqual({ gradients: found.gradients, forwards: found.forwards });
  });

  test.each([
    ['NHWC', [14, 12, 3]],
    ['NCHW', [3, 14, 12]],
  ] as const)('gives a float32 map of the input or of its pixels (%s)', async (layout, shape) => {
    const model = closedForm(sineSum(weights), shape, layout);
    const { map } = await run(model, tensor(image().data, shape));
    expect(map.data).toBeInstanceOf(Float32Array);
    expect([shape.join(), '14,12']).toContain(map.shape.join());
    expect(map.data.length).toBe(map.shape.reduce((a, b) => a * b, 1));
  });

  test.each([
    ['a constant image', SHAPE, new Float32Array(SIZE).fill(0.7), sineSum(weights)],
    ['an all-zero image', SHAPE, new Float32Array(SIZE), sineSum(weights)],
    ['a single pixel', [1, 1, 1], Float32Array.of(0.4), sineSum(weights)],
    ['an all-zero gradient', SHAPE, image().data, flat],
  ] as const)('stays finite on %s', async (_, shape, data, form) => {
    const { map } = await run(closedForm(form, shape), tensor(data, shape));
    expect(map.data.every(Number.isFinite)).toBe(true);
  });

  const law = onLinearModel[name];
  if (law !== 'own test') {
    test(`gives the ${law} on a linear model`, async () => {
      const input = image();
      const { map } = await run(closedForm(linear, SHAPE), input);
      map.data.forEach((value, i) => {
        const exact = 2 * weights[i]! * (law === 'gradient' ? 1 : input.data[i]!);
        expect(Math.abs(value - exact)).toBeLessThan(1e-6);
      });
    });
  }

  test('keeps what it says about completeness', async () => {
    const { map, completeness } = await run(sine());
    if (!completeness) return expect(onLinearModel[name]).toBeDefined();
    const sum = map.data.reduce((total, value) => total + value, 0);
    expect(Math.abs(Math.abs(sum - completeness.expected) - completeness.gap)).toBeLessThan(1e-4);
  });

  test('leaves the input untouched', async () => {
    const input = image();
    const baseline = tensor(new Float32Array(SIZE).fill(0.1), SHAPE);
    await run(sine(), input, { baseline });
    expect(input).toEqual(image());
    expect(baseline.data.every((value) => value === Math.fround(0.1))).toBe(true);
  });

  test('does nothing for a caller who has left', async () => {
    const model = sine();
    await expect(run(model, image(), { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Cancelled);
    expect(model.calls.batches).toEqual([]);
  });

  test('stops after the model call during which the caller leaves', async () => {
    const stop = new AbortController();
    const model = sine();
    const leave = () => stop.abort();
    const leaving: ConvolutionalClassifier = {
      ...model,
      gradient: (batch, targets) => model.gradient(batch, targets).finally(leave),
      scores: (batch) => model.scores(batch).finally(leave),
      activations: (batch, targets) => model.activations(batch, targets).finally(leave),
      guidedGradient: (batch, targets) => model.guidedGradient(batch, targets).finally(leave),
    };
    await expect(run(leaving, image(), { signal: stop.signal })).rejects.toBeInstanceOf(Cancelled);
    expect(model.calls.batches).toHaveLength(1);
  });

  test('reports progress that grows and ends at one', async () => {
    const seen: number[] = [];
    await run(sine(), image(), { batchSize: 2, onProgress: (fraction) => seen.push(fraction) });
    expect(seen.at(-1)).toBe(1);
    expect(seen.every((fraction, i) => fraction > (seen[i - 1] ?? -1))).toBe(true);
  });

  test.each([-1, 2, 0.5, Number.NaN])('refuses class %s and says how many there are', async (target) => {
    await expect(run(sine(), image(), { target })).rejects.toThrow(
      new RegExp(`expected a class index from 0 to 1 \\(the model has 2 classes\\), got ${target}`),
    );
  });

  test('refuses an input of another shape, or one that is not finite', async () => {
    await expect(run(sine(), tensor(new Float32Array(12), [2, 2, 3]))).rejects.toThrow(/\[14, 12, 3\]/);
    const holed = image();
    holed.data[5] = Number.NaN;
    await expect(run(sine(), holed)).rejects.toThrow(/finite values in an input, got NaN at element 5/);
  });

  test('ends with an error where the model gives no finite numbers', async () => {
    const nan: ClosedForm = { score: () => Number.NaN, gradient: (x) => x.map(() => Number.NaN) };
    await expect(run(closedForm(nan, SHAPE))).rejects.toThrow(/expected .*finite/);
  });
});

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { floats } from '../../../shared/onnx/constant.ts';
import { int } from '../../../shared/onnx/graph.ts';
import { ModelProtoSchema, NodeProtoSchema } from '../../../shared/onnx/onnx_pb.js';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { isConvolutional } from '../../../shared/runtime/convolutional-classifier.ts';
import { layoutOf } from '../../../shared/runtime/image-layout.ts';
import type { Runner } from '../../../shared/runtime/runner.ts';
import { elementCount, type Tensor32 } from '../../../shared/tensor/tensor.ts';
import { sketchModel, smallCnn } from './test-models.ts';
import { uniform } from './uniform.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });
const releases: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(releases.map((release) => release())));

async function compiled(
  ...args: Parameters<typeof compileClassifier> extends [infer M, unknown, (infer O)?] ? [M, O?] : never
) {
  const classifier = await compileClassifier(args[0] as Uint8Array, runner, args[1]);
  releases.push(() => classifier.release());
  return classifier;
}

function images(count: number, shape: readonly number[] = [2, 12, 10], seed = 3): Tensor32 {
  const next = uniform(seed);
  return { shape: [count, ...shape], data: Float32Array.from({ length: count * elementCount(shape) }, next) };
}

function image(batch: Tensor32, at: number): Tensor32 {
  const size = elementCount(batch.shape.slice(1));
  return { shape: [1, ...batch.shape.slice(1)], data: batch.data.slice(at * size, (at + 1) * size) };
}

describe('a compiled classifier', () => {
  it('gives the same bytes for an image alone, in a batch, and in a batch cut into chunks', async () => {
    const classifier = await compiled(smallCnn());
    const batch = images(11);
    const targets = Array.from({ length: 11 }, (_, at) => at % 3);
    const whole = await classifier.gradient(batch, targets);
    const scores = await classifier.scores(batch);
    expect(whole.scores.shape).toEqual([11, 3]);
    expect(whole.gradient.shape).toEqual(batch.shape);
    for (const at of [0, 7, 10]) {
      const alone = await classifier.gradient(image(batch, at), [targets[at]!]);
      expect(alone.gradient.data).toEqual(image(whole.gradient, at).data);
      expect(alone.scores.data).toEqual(whole.scores.data.slice(3 * at, 3 * at + 3));
      expect(alone.scores.data).toEqual(scores.data.slice(3 * at, 3 * at + 3));
    }
  });

  it('gives several classes in one pass what each gets alone', async () => {
    const classifier = await compiled(smallCnn());
    const batch = images(11);
    const lists = [0, 1, 2].map((first) => Array.from({ length: 11 }, (_, at) => (first + at) % 3));
    const found = await classifier.gradients!(batch, lists);
    expect(found.gradients).toHaveLength(3);
    for (const [index, list] of lists.entries()) {
      const alone = await classifier.gradient(batch, list);
      expect(found.scores.data).toEqual(alone.scores.data);
      const gap = alone.gradient.data.map((value, i) => Math.abs(value - found.gradients[index]!.data[i]!));
      expect(Math.max(...gap)).toBeLessThan(1e-6);
    }
    await expect(classifier.gradients!(batch, [lists[0]!, [3]])).rejects.toThrow('expected 11 class indices');
  });

  it('takes float64 images as float32', async () => {
    const classifier = await compiled(smallCnn());
    const batch = images(1);
    const wide = { shape: batch.shape, data: Float64Array.from(batch.data) };
    expect((await classifier.scores(wide)).data).toEqual((await classifier.scores(batch)).data);
  });

  it('opens one session per pass and batch size, none before they are needed', async () => {
    let opened = 0;
    const counting: Runner = {
      ...runner,
      load(bytes) {
        opened++;
        return runner.load(bytes);
      },
    };
    const classifier = await compileClassifier(smallCnn(), counting);
    expect(opened).toBe(0);
    await classifier.scores(images(2));
    await classifier.scores(images(2));
    expect(opened).toBe(1);
    await classifier.gradient(images(2), [0, 1]);
    expect(opened).toBe(2);
    await classifier.release();
  });

  it('runs a model that was exported for one image, one at a time', async () => {
    const sketch = sketchModel([1, 6, 6]);
    const flat = sketch.builder.op('Reshape', [
      sketch.conv(sketch.image, 4, 3),
      sketch.builder.vector([1, 144]),
    ]);
    const classifier = await compiled(sketch.bytes(sketch.dense(flat, 2)));
    const batch = images(3, [1, 6, 6]);
    const { gradient } = await classifier.gradient(batch, [0, 1, 0]);
    const { gradient: alone } = await classifier.gradient(image(batch, 1), [1]);
    expect(image(gradient, 1).data).toEqual(alone.data);
  });

  it('explains a single sigmoid output and a [N, K, 1, 1] output', async () => {
    const sigmoid = await compiled(smallCnn([2, 12, 10], 'Sigmoid', 1));
    expect(sigmoid.classCount).toBe(1);
    expect((await sigmoid.gradient(images(2), [0, 0])).scores.shape).toEqual([2, 1]);
    const sketch = sketchModel([3, 8, 8]);
    const maps = await compiled(
      sketch.bytes(sketch.builder.op('GlobalAveragePool', [sketch.conv(sketch.image, 5, 3)])),
    );
    expect((await maps.scores(images(2, [3, 8, 8]))).shape).toEqual([2, 5]);
  });

  it('explains the logit before a softmax on request', async () => {
    const batch = images(1);
    const logits = await compiled(smallCnn());
    const probabilities = await compiled(smallCnn([2, 12, 10], 'Softmax'), { explain: 'logit' });
    expect((await probabilities.scores(batch)).data).toEqual((await logits.scores(batch)).data);
    const [left, right] = await Promise.all([
      logits.gradient(batch, [2]),
      probabilities.gradient(batch, [2]),
    ]);
    expect(right.gradient.data).toEqual(left.gradient.data);
  });

  it('finds the layout from the channels', async () => {
    expect((await compiled(smallCnn([1, 12, 10]))).layout).toBe('NCHW');
    const sketch = sketchModel([8, 10, 3]);
    const moved = sketch.builder.op('Transpose', [sketch.image], {
      perm: { kind: 'ints', value: [0, 3, 1, 2] },
    });
    const pooled = sketch.builder.op('GlobalAveragePool', [sketch.conv(moved, 4, 3)]);
    const classifier = await compiled(sketch.bytes(sketch.dense(sketch.flatten(pooled), 2)));
    expect([classifier.layout, classifier.inputShape]).toEqual(['NHWC', [8, 10, 3]]);
  });

  it('sends the gradient of a tie to the first maximum, in row-major order', async () => {
    const sketch = sketchModel([1, 4, 4]);
    const flat = sketch.flatten(sketch.pool('MaxPool', sketch.image, 2, 2));
    const ones = sketch.builder.constant(floats([1, 1, 1, 1], [1, 4]));
    const classifier = await compiled(
      sketch.bytes(sketch.builder.op('Gemm', [flat, ones], { transB: int(1) })),
    );
    const { gradient } = await classifier.gradient(
      { shape: [1, 1, 4, 4], data: new Float32Array(16).fill(5) },
      [0],
    );
    expect([...gradient.data]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });

  it('gives the last feature maps with the gradient at them', async () => {
    const classifier = await compiled(smallCnn());
    expect(isConvolutional(classifier)).toBe(true);
    const batch = images(2);
    const { scores, activations, gradients } = await classifier.activations(batch, [1, 2]);
    expect(activations.shape).toEqual([2, 16, 6, 5]);
    expect(gradients.shape).toEqual(activations.shape);
    expect(scores.data).toEqual((await classifier.scores(batch)).data);
    expect(Math.min(...activations.data)).toBe(0);
    const firstMap = gradients.data.slice(0, 30);
    expect(firstMap.every((value) => value === firstMap[0])).toBe(true);
    await expect(classifier.activations(batch, [1, 2], 'nowhere')).rejects.toThrow('got nowhere');
  });

  it('keeps only positive upstream gradients under guided backpropagation', async () => {
    const sketch = sketchModel([1, 1, 2]);
    const hidden = sketch.builder.op('Relu', [sketch.image]);
    const weights = sketch.builder.constant(floats([2, -3], [1, 2]));
    const classifier = await compiled(
      sketch.bytes(sketch.builder.op('Gemm', [sketch.flatten(hidden), weights], { transB: int(1) })),
    );
    const batch = { shape: [2, 1, 1, 2], data: new Float32Array([1, 1, -1, 1]) };
    expect([...(await classifier.gradient(batch, [0, 0])).gradient.data]).toEqual([2, -3, 0, -3]);
    expect([...(await classifier.guidedGradient(batch, [0, 0])).gradient.data]).toEqual([2, 0, 0, 0]);
  });

  it('refuses wrong shapes and wrong targets by name', async () => {
    const classifier = await compiled(smallCnn());
    await expect(classifier.scores(images(1, [1, 12, 10]))).rejects.toThrow(
      'expected a batch of shape [N, 2, 12, 10], got [1, 1, 12, 10]',
    );
    await expect(classifier.gradient(images(1), [3])).rejects.toThrow('class indices from 0 to 2, got 3');
    await expect(classifier.gradient(images(2), [1])).rejects.toThrow('expected 2 class indices');
  });

  it('refuses a model whose output does not depend on the image through derivatives, naming what is between', async () => {
    const sketch = sketchModel([1, 4, 4]);
    const top = sketch.builder.op('ArgMax', [sketch.flatten(sketch.conv(sketch.image, 2, 3))], {
      axis: int(1),
    });
    const bytes = sketch.bytes(sketch.builder.op('Cast', [top], { to: int(1) }));
    await expect(compiled(bytes)).rejects.toThrow('ArgMax without a derivative');
  });

  it('refuses a branch whose part of the gradient would be lost', async () => {
    const sketch = sketchModel([1, 4, 4]);
    const flat = sketch.flatten(sketch.conv(sketch.image, 2, 3));
    const product = sketch.builder.op('ReduceProd', [flat, sketch.builder.vector([1])]);
    await expect(compiled(sketch.bytes(sketch.builder.op('Add', [flat, product])))).rejects.toThrow(
      'ReduceProd without a derivative',
    );
  });

  it('differentiates between whole pixels where the file takes uint8', async () => {
    const float = smallCnn();
    const proto = fromBinary(ModelProtoSchema, float);
    const graph = proto.graph!;
    const first = graph.node[0]!;
    graph.node.unshift(
      create(NodeProtoSchema, {
        opType: 'Cast',
        input: ['image'],
        output: ['pixels'],
        attribute: [{ name: 'to', type: 2, i: 1n }],
      }),
    );
    first.input[0] = 'pixels';
    graph.input[0]!.type!.tensorType!.elemType = 2;
    const whole = await compiled(toBinary(ModelProtoSchema, proto));
    const same = await compiled(float);
    const batch = images(2);
    const pixels = { ...batch, data: batch.data.map((value) => Math.round(127 + 127 * value)) };
    const [a, b] = [await whole.gradient(pixels, [0, 2]), await same.gradient(pixels, [0, 2])];
    expect(a.scores.data).toEqual(b.scores.data);
    expect(a.gradient.data).toEqual(b.gradient.data);
    const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, proto), {
      intraOpNumThreads: 1,
    });
    const feed = new ort.Tensor('uint8', Uint8Array.from(pixels.data.subarray(0, 240)), [1, 2, 12, 10]);
    const [output] = Object.values(await session.run({ image: feed }));
    await session.release();
    expect([...(output!.data as Float32Array)]).toEqual([...a.scores.data.subarray(0, 3)]);
  });

  it('refuses guided backpropagation without ReLU, and other methods go on', async () => {
    const sketch = sketchModel([1, 4, 4]);
    const { builder } = sketch;
    const bent = builder.op('Elu', [sketch.conv(sketch.image, 2, 3)]);
    const classifier = await compiled(sketch.bytes(sketch.dense(sketch.flatten(bent), 2)));
    const batch = { shape: [1, 1, 4, 4], data: new Float32Array(16).fill(0.5) };
    await expect(classifier.guidedGradient(batch, [0])).rejects.toMatchObject({ code: 'method-needs-relu' });
    expect((await classifier.gradient(batch, [0])).gradient.data.some((value) => value !== 0)).toBe(true);
  });

  it.each<[readonly number[], 'NCHW' | 'NHWC' | undefined]>([
    [[3, 20, 24], 'NCHW'],
    [[20, 24, 3], 'NHWC'],
    [[20, 24, 4], 'NHWC'],
    [[2, 20, 24], 'NCHW'],
    [[1, 20, 4], 'NCHW'],
    [[3, 20, 1], undefined],
    [[5, 20, 24], undefined],
    [[1, 1, 1], 'NCHW'],
  ])('finds the channels of %j: %s', async (shape, layout) => {
    expect(layoutOf(shape)).toBe(layout);
    const sketch = sketchModel(shape);
    const bytes = sketch.bytes(sketch.dense(sketch.flatten(sketch.image), 2));
    if (layout) expect((await compiled(bytes)).layout).toBe(layout);
    else await expect(compiled(bytes)).rejects.toMatchObject({ code: 'layout-ambiguous' });
    expect((await compiled(bytes, { layout: 'NHWC' })).layout).toBe('NHWC');
  });

  it('refuses maps of scores and shapes that cannot be known', async () => {
    const sketch = sketchModel([1, 4, 4]);
    await expect(compiled(sketch.bytes(sketch.conv(sketch.image, 2, 3)))).rejects.toThrow(
      'expected one score a class',
    );
    await expect(compiled(smallCnn(), { inputShape: [2, 9, 9] })).rejects.toThrow(
      'expected an image of shape [2, 12, 10], got [2, 9, 9]',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { trainPhantomClassifier } from '../../../functions/study/phantom-classifier.ts';
import { trainClassifier } from '../../../functions/study/train-classifier.ts';
import { float, int } from '../../../shared/onnx/graph.ts';
import { GraphBuilder } from '../../../shared/onnx/graph-builder.ts';
import { writeModel } from '../../../shared/onnx/write-model.ts';
import { heInitialized, parameterShapes, phantomInput } from '../../../shared/phantom/phantom-network.ts';
import { phantomOf, preparedSet } from '../../../shared/phantom/phantom-set.ts';

const runner = createOnnxRuntimeRunner({ threads: 2 });

describe('heInitialized', () => {
  it('draws the same weights for a seed, with the variance 2 / fan-in and zero biases', () => {
    const weights = heInitialized(5);
    expect(heInitialized(5)).toEqual(weights);
    expect(heInitialized(6)).not.toEqual(weights);
    const { data, shape } = weights.get('block5.weight')!;
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    expect(variance * shape[1]! * shape[2]! * shape[3]!).toBeCloseTo(2, 1);
    expect(new Set(weights.get('block3.bias')!.data)).toEqual(new Set([0]));
    expect([...weights.keys()]).toEqual([...parameterShapes().keys()]);
  });
});

describe('phantomOf', () => {
  it('gives twins of one head, different heads in different splits', () => {
    const [without, with_] = [phantomOf('test', 4, 48), phantomOf('test', 5, 48)];
    expect([without.label, with_.label]).toEqual([0, 1]);
    const same = without.phantom.image.filter((value, i) => value === with_.phantom.image[i]).length;
    expect(same / 48 ** 2).toBeGreaterThan(0.3);
    expect(phantomOf('train', 4, 48).phantom.image).not.toEqual(without.phantom.image);
  });
});

describe('trainPhantomClassifier', () => {
  it('repeats its first epoch to the bit', async () => {
    const set = preparedSet('train', 32, phantomInput);
    const first = await trainPhantomClassifier(runner, set, { epochs: 1, batch: 16 });
    const second = await trainPhantomClassifier(runner, set, { epochs: 1, batch: 16 });
    expect(second).toEqual(first);
    const initial = heInitialized(20260101).get('block1.weight')!.data;
    expect(first.parameters.get('block1.weight')!.data).not.toEqual(initial);
    const head = first.parameters.get('head.weight')!.data;
    const sums = [...head.subarray(0, 48)].map((value, i) => Math.abs(value + head[48 + i]!));
    expect(Math.max(...sums), 'rows of the head stay opposites').toBeLessThan(1e-4);
    const other = await trainPhantomClassifier(runner, set, { epochs: 1, batch: 16, seed: 3 });
    expect(other.epochs[0]!.loss).not.toBe(first.epochs[0]!.loss);
  }, 60_000);
});

describe('trainClassifier', () => {
  const plan = { seed: 1, epochs: 30, batch: 4, learningRate: 0.05, warmupSteps: 1, weightDecay: 0 };

  it('separates classes that a line separates', async () => {
    const builder = new GraphBuilder();
    const image = builder.op('Reshape', [builder.input('image', [1, 1, 1, 2]), builder.vector([-1, 2])]);
    builder.constants.set('w', { type: 'float32', shape: [2, 2], data: Float32Array.of(0.1, -0.1, 0.2, 0) });
    builder.values.set('w', { type: 'float32', shape: [2, 2] });
    const graph = builder.build([builder.op('Gemm', [image, 'w'], { transB: int(1), alpha: float(1) })]);
    const inputs = Array.from({ length: 16 }, (_, i) => Float32Array.of(Math.cos(i), Math.sin(i)));
    const labels = inputs.map(([x, y]) => (x! + 2 * y! > 0 ? 1 : 0));
    const { epochs } = await trainClassifier(runner, writeModel(graph), ['w'], { inputs, labels }, plan);
    expect(epochs).toHaveLength(30);
    expect(epochs.at(-1)!.loss).toBeLessThan(0.6 * epochs[0]!.loss);
    expect(epochs.at(-1)!.accuracy).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { trainPhantomClassifier } from '../../../functions/study/phantom-classifier.ts';
import { heInitialized, phantomInput, phantomNetwork } from '../../../shared/phantom/phantom-network.ts';
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
    expect([...weights.keys()]).toEqual([...phantomNetwork.parameterShapes.keys()]);
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
    expect(second.parameters).toEqual(first.parameters);
    const initial = heInitialized(20260101).get('block1.weight')!.data;
    expect(first.parameters.get('block1.weight')!.data).not.toEqual(initial);
    const head = first.parameters.get('head.weight')!.data;
    const sums = [...head.subarray(0, 48)].map((value, i) => Math.abs(value + head[48 + i]!));
    expect(Math.max(...sums), 'rows of the head stay opposites').toBeLessThan(1e-4);
    const other = await trainPhantomClassifier(runner, set, { epochs: 1, batch: 16, seed: 3 });
    expect(other.epochs[0]!.train.loss).not.toBe(first.epochs[0]!.train.loss);
  }, 60_000);
});

import { expect, test } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { randomizationCheck } from '../../../shared/metrics/randomization-check.ts';
import { randomizeLastLayers, weightLayers } from '../../../shared/metrics/randomized-model.ts';
import { structuralSimilarity } from '../../../shared/metrics/structural-similarity.ts';
import { readModel } from '../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../shared/onnx/supported-operators.ts';
import { sketchModel } from '../engine/test-models.ts';

const extent = { height: 20, width: 16 };
const map = (seed: number): Float64Array => {
  const random = xoshiro(seed);
  return Float64Array.from({ length: 320 }, () => random.uniform());
};

test('a map equals itself whatever its scale and offset, and not its negative', () => {
  const a = map(1);
  expect(
    structuralSimilarity(
      a,
      a.map((v) => 3 * v - 7),
      extent,
    ),
  ).toBeCloseTo(1, 10);
  expect(
    structuralSimilarity(
      a,
      a.map((v) => -v),
      extent,
    ),
  ).toBeLessThan(-0.5);
  expect(Math.abs(structuralSimilarity(a, map(2), extent))).toBeLessThan(0.1);
});

test('constant maps are similar to each other', () => {
  expect(structuralSimilarity(new Float64Array(320).fill(4), new Float64Array(320), extent)).toBe(1);
});

test('a map that changes with the model passes, one that does not fails', () => {
  const unrelated = [
    [map(3), map(4)],
    [map(5), map(6)],
  ] as const;
  // Of independent noise either may lie higher, so the changing map is turned round.
  const turned = map(7).map((v) => 1 - v);
  expect(randomizationCheck(map(7), [map(8), turned], unrelated, extent)).toMatchObject({ passed: true });
  const stuck = randomizationCheck(map(7), [map(7), map(7)], unrelated, extent);
  expect(stuck.passed).toBe(false);
  expect(stuck.layers[1]!.rankCorrelation).toBeCloseTo(1, 12);
  expect(() => randomizationCheck(map(7), [], unrelated, extent)).toThrow('expected at least one');
});

/** Two convolutions and a dense layer. */
function smallModel(): Uint8Array {
  const sketch = sketchModel([1, 8, 8]);
  const { builder } = sketch;
  const first = builder.op('Relu', [sketch.conv(sketch.image, 3, 3)]);
  const second = builder.op('Relu', [sketch.conv(first, 4, 3)]);
  return sketch.bytes(sketch.dense(sketch.flatten(second), 2));
}

test('only the last layers forget, keep their size and spread, and the same seed draws the same', () => {
  const model = smallModel();
  const layers = weightLayers(model);
  expect(layers).toHaveLength(3);
  const randomized = randomizeLastLayers(model, 2, 9);
  expect(randomizeLastLayers(model, 2, 9)).toEqual(randomized);
  const before = readModel(model, supportedOperators).constants;
  const after = readModel(randomized, supportedOperators).constants;
  expect(after.get(layers[0]![0]!)).toEqual(before.get(layers[0]![0]!));
  for (const names of layers.slice(1)) {
    const weight = names[0]!;
    expect(after.get(weight)!.shape).toEqual(before.get(weight)!.shape);
    expect(after.get(weight)!.data).not.toEqual(before.get(weight)!.data);
    const spread = (values: ArrayLike<number>): number =>
      Math.sqrt(sum(values, (v) => v * v) / values.length);
    const ratio = spread(after.get(weight)!.data) / spread(before.get(weight)!.data);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.5);
  }
});

const sum = (values: ArrayLike<number>, of: (value: number) => number): number =>
  Array.from(values).reduce((total, value) => total + of(value), 0);

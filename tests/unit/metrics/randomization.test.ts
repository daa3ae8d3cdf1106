import { expect, test } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { movedCopies } from '../../../shared/metrics/moved-copies.ts';
import { randomizationCheck } from '../../../shared/metrics/randomization-check.ts';
import {
  randomizationStages,
  randomizeLastLayers,
  weightLayers,
} from '../../../shared/metrics/randomized-model.ts';
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

/** The check with a control of `count` moved copies of the last map. */
const check = (trained: Float64Array, maps: readonly Float64Array[], count = 40) =>
  randomizationCheck(
    trained,
    maps.map((randomized, i) => ({ layers: i + 1, map: randomized })),
    movedCopies(maps.at(-1)!, extent, xoshiro(1), count),
    extent,
  );

test('a map that changes with the model passes, one that does not fails', () => {
  const changed = check(map(3), [map(3), map(8)]);
  expect(changed.stages.map(({ layers }) => layers)).toEqual([1, 2]);
  expect(changed.stages[0]!.similarity).toBeCloseTo(1, 10);
  expect(changed.passed).toBe(true);
  const stuck = check(map(3), [map(3)]);
  expect(stuck.passed).toBe(false);
  expect(stuck.stages[0]!.rankCorrelation).toBeCloseTo(1, 12);
  expect(stuck.control.pairs).toBe(40);
  expect(Math.abs(stuck.control.mean)).toBeLessThan(0.1);
  expect(stuck.control.threshold).toBeGreaterThan(stuck.control.mean);
  expect(() => randomizationCheck(map(7), [], [map(1)], extent)).toThrow('expected at least one');
});

test('a map that only flips its sign fails', () => {
  const signed = map(3).map((v) => v - 0.5);
  const flipped = check(signed, [signed.map((v) => -v)]);
  expect(flipped).toMatchObject({ passed: false, stages: [{ similarity: expect.closeTo(1, 10) }] });
  expect(flipped.stages[0]!.rankCorrelation).toBeCloseTo(-1, 10);
});

test('of maps that share nothing, about one in twenty fails', () => {
  const verdicts = Array.from({ length: 60 }, (_, seed) => check(map(3), [map(100 + seed)], 20).passed);
  const failed = verdicts.filter((passed) => !passed).length;
  expect(failed).toBeGreaterThan(0);
  expect(failed).toBeLessThanOrEqual(8);
});

test('moved copies keep the values and leave their places', () => {
  const original = map(4);
  for (const copy of movedCopies(original, extent, xoshiro(2), 10)) {
    expect([...copy].sort()).toEqual([...original].sort());
    expect(copy).not.toEqual(original);
  }
});

test('the cascade goes from the last layer to all of them', () => {
  expect(randomizationStages(0)).toEqual([]);
  expect(randomizationStages(1)).toEqual([1]);
  expect(randomizationStages(3)).toEqual([1, 2, 3]);
  expect(randomizationStages(50)).toEqual([1, 13, 25, 50]);
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

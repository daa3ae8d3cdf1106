/** The input that a card states for a bare file: its layout and its size. */
import { expect, it } from 'vitest';
import { inferCard, type KnownFacts } from '../../../functions/common/infer-card.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { readModel } from '../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../shared/onnx/supported-operators.ts';
import { writeSourceModel } from '../../../shared/onnx/write-model.ts';
import { sketchModel, smallCnn } from '../engine/test-models.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });

const inputOf = async (bytes: Uint8Array, facts: Partial<KnownFacts> = {}) =>
  (await inferCard(bytes, runner, { id: 'small', ...facts })).card.input;

/** A dense layer on an image of any extents. */
function dense(shape: readonly number[]): Uint8Array {
  const sketch = sketchModel(shape);
  return sketch.bytes(sketch.dense(sketch.flatten(sketch.image), 2));
}

/** The small CNN with a free width, or with free sides. */
function open(...free: readonly number[]): Uint8Array {
  const model = readModel(smallCnn([1, 24, 20]), supportedOperators);
  const shape = model.input.shape!.map((extent, axis) => (free.includes(axis) ? undefined : extent));
  return writeSourceModel({ ...model, input: { ...model.input, shape } });
}

it('keeps a size that the model declares, and refuses another', async () => {
  expect(await inputOf(smallCnn([1, 24, 20]), { size: [24, 20] })).toMatchObject({ height: 24, width: 20 });
  await expect(inputOf(smallCnn([1, 24, 20]), { size: [32, 32] })).rejects.toThrow(
    '--size: expected the size that the model declares, 24 × 20, got 32 × 32',
  );
  await expect(inputOf(open(3), { size: [32, 32] })).rejects.toThrow('24 × any');
  expect(await inputOf(open(2, 3), { size: [32, 28] })).toMatchObject({ height: 32, width: 28 });
});

it('asks for a layout where either could be, and takes the one stated', async () => {
  await expect(inputOf(dense([3, 8, 1]))).rejects.toMatchObject({ code: 'layout-ambiguous' });
  expect(await inputOf(dense([3, 8, 1]), { layout: 'NHWC' })).toMatchObject({
    channels: 1,
    height: 3,
    width: 8,
  });
  expect(await inputOf(dense([3, 8, 1]), { layout: 'NCHW' })).toMatchObject({
    channels: 3,
    height: 8,
    width: 1,
  });
  await expect(inputOf(dense([8, 9, 4]))).rejects.toMatchObject({ code: 'input-not-an-image' });
});

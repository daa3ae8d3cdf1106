/**
 * A damaged file is refused with a typed fault, or is another model that runs: bytes of a small model changed, cut,
 * repeated and put in elsewhere. What is accepted is run, on the same image.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { CxaiError } from '../../../shared/errors.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { smallCnn } from '../../unit/engine/test-models.ts';

const MODEL = smallCnn();
const at = fc.nat({ max: MODEL.length - 1 });
/** Most bytes are weights; what damages the graph lies in the first and the last ones. */
const near = fc.oneof(
  fc.nat({ max: 900 }),
  fc.nat({ max: 200 }).map((back) => MODEL.length - 1 - back),
  at,
);

const damage = fc.oneof(
  fc.array(fc.tuple(near, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }).map((changes) => {
    const bytes = MODEL.slice();
    for (const [position, value] of changes) bytes[position] = value;
    return bytes;
  }),
  near.map((length) => MODEL.slice(0, length)),
  fc.tuple(near, near, fc.nat({ max: 60 })).map(([from, to, count]) => {
    const part = MODEL.slice(from, from + count);
    return Uint8Array.from([...MODEL.subarray(0, to), ...part, ...MODEL.subarray(to)]);
  }),
  fc.uint8Array({ maxLength: 300 }),
);

const runner = createOnnxRuntimeRunner({ threads: 1 });
const image = {
  shape: [1, 2, 12, 10],
  data: Float32Array.from({ length: 240 }, (_, pixel) => Math.sin(pixel)),
};

describe('reading a damaged model', () => {
  it('ends in a typed fault or in scores', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        try {
          const classifier = await compileClassifier(bytes, runner);
          const { scores } = await classifier.gradient(image, [0]);
          expect(scores.shape).toEqual([1, classifier.classCount]);
          await classifier.release();
        } catch (error) {
          expect(error).toBeInstanceOf(CxaiError);
        }
      }),
      { numRuns: 120, seed: 20240612 },
    );
  });
});

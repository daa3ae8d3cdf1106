/** Trust metrics keep to the memory and the signal of the work they belong to. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Cancelled } from '../../../shared/errors.ts';
import { modelCardSchema } from '../../../shared/manifest/model-card.ts';
import type { Plan } from '../../../shared/manifest/plan.ts';
import { mapMeasurement } from '../../../shared/pipeline/measure-map.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';

const file = new URL('../../../shared/models/phantom/card.json', import.meta.url);
const phantom = modelCardSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const card = { ...phantom, input: { ...phantom.input, height: 16, width: 16 } };
const inputShape = [1, 16, 16];
const input = { shape: inputShape, data: Float32Array.from({ length: 256 }, (_, i) => (i % 17) / 17) };
const map = { shape: [16, 16], data: Float32Array.from(input.data, (value) => value * value) };

/** Two classes by the mean of the image; counts the images of each call. */
function counting(onCall: () => void = () => {}) {
  const sizes: number[] = [];
  const classifier: Classifier = {
    inputShape,
    layout: 'NCHW',
    classCount: 2,
    async scores({ shape, data }) {
      const count = shape[0]!;
      sizes.push(count);
      onCall();
      const scores = Float32Array.from({ length: 2 * count }, (_, at) => {
        const image = Float32Array.from(data).subarray((at >> 1) * 256, ((at >> 1) + 1) * 256);
        const mean = image.reduce((sum, value) => sum + value, 0) / 256;
        return at % 2 === 0 ? -8 * mean : 8 * mean;
      });
      return { shape: [count, 2], data: scores };
    },
    gradient: () => Promise.reject(new Error('not asked for')),
    release: async () => {},
  };
  return { classifier, sizes };
}

const plan = { target: { index: 1 }, metrics: 'full', provenance: { seed: 0 } } as unknown as Plan;

const measured = (classifier: Classifier, memoryLimit?: number, signal?: AbortSignal) =>
  mapMeasurement(plan, { classifier, card, input, memoryLimit }, ({ data }) => new Set(data).size)(
    'gradients',
    { map },
    signal,
  );

test('calls hold no more images than the memory allows, and the figures stay', async () => {
  const [wide, narrow] = [counting(), counting()];
  const figures = await measured(wide.classifier);
  expect(await measured(narrow.classifier, 1)).toEqual(figures);
  expect(Math.max(...wide.sizes)).toBeGreaterThan(1);
  expect(Math.max(...narrow.sizes)).toBe(1);
});

test('the work ends after the call during which the caller leaves', async () => {
  const stop = new AbortController();
  const { classifier, sizes } = counting(() => stop.abort());
  await expect(measured(classifier, undefined, stop.signal)).rejects.toBeInstanceOf(Cancelled);
  expect(sizes).toHaveLength(1);
});

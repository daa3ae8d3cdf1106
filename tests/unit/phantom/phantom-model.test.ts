import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../../functions/common/decode-image.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { judgeAccuracy, judgeLocalization } from '../../../functions/study/phantom-classifier.ts';
import { samplePictures, sampleSize } from '../../../functions/study/phantom-samples.ts';
import { prepareInput } from '../../../shared/imaging/model-input.ts';
import { modelCardSchema } from '../../../shared/manifest/model-card.ts';
import { phantomInput } from '../../../shared/phantom/phantom-network.ts';
import { phantomOf } from '../../../shared/phantom/phantom-set.ts';
import { digestOf } from '../../../shared/pipeline/digest.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';

const folder = new URL('../../../shared/models/phantom/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const card = modelCardSchema.parse(JSON.parse(read('card.json').toString()));
const bytes = new Uint8Array(read(card.file));
const samples = [1, 2, 3, 4, 5, 6];
let model: Classifier;

beforeAll(async () => {
  model = await compileClassifier(bytes, createOnnxRuntimeRunner());
});

describe('the bundled phantom model', () => {
  it('is the file that its card names, below 200 kB', () => {
    expect(digestOf(bytes)).toBe(card.digest);
    expect(bytes.length).toBeLessThan(200_000);
    expect(card.license).toBe('Apache-2.0');
    expect(card.intendedUse).toMatch(/not for clinical use/);
    expect(card.input).toEqual(phantomInput);
  });

  it('keeps the figures of its card on unseen heads', async () => {
    expect(card.figures.testAccuracy).toBeGreaterThanOrEqual(0.97);
    const { accuracy } = await judgeAccuracy(model, 30);
    expect(accuracy).toBeGreaterThanOrEqual(0.93);
  });

  it('looks at the lesion: integrated gradients peak in bright and ring-shaped ones', async () => {
    const { bright, ring } = await judgeLocalization(model, 8);
    expect(Math.min(bright, ring)).toBeGreaterThanOrEqual(0.8);
  }, 60_000);
});

describe('the bundled samples', () => {
  it.each(samples)('sample-%d is classified as its mask says', async (number) => {
    const image = await decodeImage(read(`samples/sample-${number}.png`));
    const mask = await decodeImage(read(`samples/sample-${number}-mask.png`));
    expect([image.width, image.height, image.channels]).toEqual([256, 256, 1]);
    const hasLesion = mask.data.some((value) => value === 255);
    expect(hasLesion).toBe(number % 2 === 0);
    const { input } = prepareInput(image, card.input);
    const { data } = await model.scores({ shape: [1, ...input.shape], data: input.data });
    expect(data[1]! > data[0]!).toBe(hasLesion);
  });

  it('are what the generator draws today', async () => {
    const image = await decodeImage(read('samples/sample-2.png'));
    expect(image.data).toEqual(phantomOf('sample', samplePictures[1]!, sampleSize).phantom.image);
  });
});

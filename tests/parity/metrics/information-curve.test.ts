/** Information curves against PAIR saliency 0.2.1: scipy's triangulation, Pillow's lossless WebP. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { bokehImage } from '../../../shared/metrics/bokeh.ts';
import type { GrayLevelImage } from '../../../shared/metrics/gray-levels.ts';
import { informationCurve } from '../../../shared/metrics/information-curve.ts';
import { quantile } from '../../../shared/metrics/quantile.ts';
import { golden, goldenCase, goldenMissing, report } from '../attribution/golden.ts';

const FOLDER = 'pic/gray64';
const PIXELS = 64 * 64;

interface Case {
  readonly thresholds: readonly number[];
  readonly entropy_bytes: readonly number[];
  readonly auc: number;
  readonly auc_not_monotonous: number;
}

async function losslessWebp({ height, width, channels, data }: GrayLevelImage): Promise<number> {
  const raw = { width, height, channels: channels as 1 | 3 };
  const bytes = await sharp(data, { raw }).webp({ lossless: true, quality: 100, effort: 4 }).toBuffer();
  return bytes.length;
}

describe.skipIf(goldenMissing)(FOLDER, () => {
  const spec = goldenMissing ? undefined : goldenCase<Case>(FOLDER);
  const load = () => {
    const image = { height: 64, width: 64, channels: 1, data: Uint8Array.from(golden(FOLDER, 'image').data) };
    const saliency = golden(FOLDER, 'saliency').data;
    const seed = Uint8Array.from(golden(FOLDER, 'random_mask').data);
    const weights = saliency.map((value) => Math.abs(value) + 0.05);
    const total = weights.reduce((a, b) => a + b, 0);
    const predict = ({ data }: GrayLevelImage): number =>
      1 / (1 + weights.reduce((sum, w, p) => sum + w * Math.abs(data[p]! - image.data[p]!), 0) / total / 4);
    return { image, saliency, seed, predict };
  };

  /** The golden images themselves: seed only, thresholds in order, original. */
  const blurred = () => {
    const { data } = golden(FOLDER, 'expect_blurred');
    const cut = (i: number) => Uint8Array.from(data.subarray(i * PIXELS, (i + 1) * PIXELS));
    return Array.from({ length: 15 }, (_, i) => ({ height: 64, width: 64, channels: 1, data: cut(i) }));
  };

  test('blurred images are within two gray levels of those of scipy', () => {
    const { image, saliency, seed } = load();
    const expected = blurred();
    const differences = [0, ...spec!.thresholds].map((t, i) => {
      const limit = t === 0 ? Number.POSITIVE_INFINITY : quantile(saliency, 1 - t);
      const mask = seed.map((known, p) => (known || saliency[p]! >= limit ? 1 : 0));
      const { data } = bokehImage(image, mask);
      return data.reduce((sum, value, p) => sum + Math.abs(value - expected[i]!.data[p]!), 0) / PIXELS;
    });
    const worst = Math.max(...differences);
    report(`${FOLDER}/blurred`, worst, 'mean abs <= 2 gray levels');
    expect(worst).toBeLessThanOrEqual(2);
  });

  test('lossless WebP takes as many bytes', async () => {
    const bytes = await Promise.all(blurred().map(losslessWebp));
    const errors = bytes.map((value, i) => Math.abs(value / spec!.entropy_bytes[i]! - 1));
    report(`${FOLDER}/entropy_bytes`, Math.max(...errors), 'relative <= 3 %');
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.03);
  });

  test.each([
    ['auc', true],
    ['auc_not_monotonous', false],
  ] as const)('%s and the curve, from our own images and bytes', async (name, monotone) => {
    const { image, saliency, seed, predict } = load();
    const score = async (images: readonly GrayLevelImage[]) => images.map(predict);
    const subject = { image, seed, score, information: losslessWebp };
    const found = await informationCurve(saliency, subject, { monotone });
    if (found.kind !== 'curve') throw new Error(`expected a curve, got ${found.reason}`);
    report(`${FOLDER}/${name}`, Math.abs(found.area - spec![name]), 'abs <= 0.02');
    expect(Math.abs(found.area - spec![name])).toBeLessThanOrEqual(0.02);
  });

  test('with the recorded images and bytes the curve is the same to rounding', async () => {
    const { image, saliency, seed } = load();
    const predictions = [...golden(FOLDER, 'expect_predictions').data];
    let next = 0;
    const found = await informationCurve(saliency, {
      image,
      seed,
      score: async () => predictions,
      information: () => spec!.entropy_bytes[next++]!,
    });
    if (found.kind !== 'curve') throw new Error(`expected a curve, got ${found.reason}`);
    const expected = golden(FOLDER, 'expect_curve').data;
    const both = [...found.curve.x, ...found.curve.y];
    const worst = Math.max(...both.map((value, i) => Math.abs(value - expected[i]!)));
    report(`${FOLDER}/curve (recorded images)`, worst, 'abs <= 1e-9');
    expect(worst).toBeLessThanOrEqual(1e-9);
    expect(Math.abs(found.area - spec!.auc)).toBeLessThanOrEqual(1e-9);
  });
});

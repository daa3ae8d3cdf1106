import { expect, test } from 'vitest';
import { gradCam } from '../../../shared/attribution/grad-cam.ts';
import { gradCamPlusPlus } from '../../../shared/attribution/grad-cam-plus-plus.ts';
import { hiresCam } from '../../../shared/attribution/hires-cam.ts';
import { methods } from '../../../shared/attribution/registry.ts';
import { scoreCam } from '../../../shared/attribution/score-cam.ts';
import type { ConvolutionalClassifier } from '../../../shared/runtime/convolutional-classifier.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

/** Two feature maps of 2×2 over a 4×4 image, with given gradients. */
const A = [1, 2, 3, 4, 5, 6, 7, 8];
const G = [1, -1, 2, 0, -3, 1, 0, 0];
const input = tensor(new Float64Array(16), [1, 4, 4]);

function withFeatures(): ConvolutionalClassifier {
  const model = closedForm(powerSum(new Float64Array(16), 1), [1, 4, 4], 'NCHW');
  return {
    ...model,
    featureMaps: ['early', 'late'],
    activations: async (_, __, name) => ({
      scores: tensor(Float32Array.of(0, 0), [1, 2]),
      activations: tensor(
        Float32Array.from(A, (value) => (name === 'early' ? -value : value)),
        [1, 2, 2, 2],
      ),
      gradients: tensor(Float32Array.from(G), [1, 2, 2, 2]),
    }),
  };
}

/** Corner pixels of the stretched map are the cells themselves: edges are held. */
const corners = (map: Float32Array): number[] => [0, 3, 12, 15].map((p) => map[p]!);
const run = (method: typeof gradCam, featureMap: string | null = null) =>
  method.attribute(withFeatures(), input, { target: 0 }, { featureMap });

test('Grad-CAM weights feature maps by the mean gradient and drops what is negative', async () => {
  // Weights 0.5 and −0.5: 0.5·(1 … 4) − 0.5·(5 … 8) = −2 everywhere.
  expect(corners((await run(gradCam)).map.data)).toEqual([0, 0, 0, 0]);
  expect(corners((await run(gradCam, 'early')).map.data)).toEqual([2, 2, 2, 2]);
});

test('HiResCAM multiplies gradient and activation place by place, signs kept', async () => {
  const found = await run(hiresCam);
  expect(corners(found.map.data)).toEqual([1 - 15, -2 + 6, 6, 0]);
  expect(found).toMatchObject({ gradients: 1, forwards: 0 });
});

test('Grad-CAM++ follows its equations', async () => {
  const alpha = (g: number, total: number): number => (g * g) / (2 * g * g + g ** 3 * total);
  const first = alpha(1, 10) * 1 + alpha(2, 10) * 2;
  const second = alpha(1, 26) * 1;
  const { map } = await run(gradCamPlusPlus);
  corners(map.data).forEach((value, p) => {
    expect(value).toBeCloseTo(first * A[p]! + second * A[p + 4]!, 6);
  });
});

test('between the cells the map is bilinear', async () => {
  const { map } = await run(hiresCam);
  // Pixel (0, 1) lies a quarter of the way from cell 0 to cell 1.
  expect(map.data[1]).toBeCloseTo(-14 + 0.25 * (4 - -14), 5);
});

test('an unknown feature map is refused with the names there are', async () => {
  await expect(run(gradCam, 'middle')).rejects.toThrow(
    'grad-cam: expected featureMap to be one of early, late, got middle',
  );
});

test('a model without convolutions is refused', async () => {
  const plain = { ...withFeatures(), featureMaps: [] };
  await expect(gradCam.attribute(plain, input, { target: 0 }, { featureMap: null })).rejects.toThrow(
    'grad-cam: expected a model with convolutions, got one without',
  );
});

test('Score-CAM weights feature maps by the score of the image seen through them', async () => {
  // F(x) = the sum of x, so each mask raises the score by the sum of its stretched values in [0, 1].
  const model = { ...closedForm(powerSum(new Float64Array(16).fill(1), 1), [1, 4, 4], 'NCHW') };
  const maps = [1, 0, 0, 0, 0, 1, 1, 1, 5, 5, 5, 5];
  const features: ConvolutionalClassifier = {
    ...model,
    featureMaps: ['late'],
    activations: async () => ({
      scores: tensor(Float32Array.of(0, 0), [1, 2]),
      activations: tensor(Float32Array.from(maps), [1, 3, 2, 2]),
      gradients: tensor(new Float32Array(12), [1, 3, 2, 2]),
    }),
  };
  const ones = tensor(new Float64Array(16).fill(1), [1, 4, 4]);
  const chosen = { featureMap: null, channels: 512, weighting: 'increase', baseline: 0 } as const;
  const found = await scoreCam.attribute(features, ones, { target: 0 }, chosen);
  // A corner that is 1 covers a quarter of the image once it is stretched; the other map the rest.
  expect(corners(found.map.data)).toEqual([4, 12, 12, 12]);
  // A constant channel says nothing and is not asked: two masks and the baseline.
  expect(found).toMatchObject({ gradients: 1, forwards: 3 });
  const even = await scoreCam.attribute(features, ones, { target: 0 }, { ...chosen, weighting: 'softmax' });
  const [first, second] = corners(even.map.data) as [number, number];
  expect(first + second).toBeCloseTo(1, 6);
  expect(second / first).toBeCloseTo(Math.exp(8), 1);
});

test('maps of the feature grid have a unit of their own, which no path method shares', () => {
  expect(new Set([gradCam.unit, gradCamPlusPlus.unit, hiresCam.unit])).toEqual(
    new Set(['score per place of the feature map']),
  );
  const others = methods.filter(({ name }) => !name.includes('cam')).map(({ unit }) => unit);
  for (const unit of [gradCam.unit, scoreCam.unit]) expect(others).not.toContain(unit);
});

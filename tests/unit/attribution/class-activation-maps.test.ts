import { expect, test } from 'vitest';
import { gradCam } from '../../../shared/attribution/grad-cam.ts';
import { gradCamPlusPlus } from '../../../shared/attribution/grad-cam-plus-plus.ts';
import { hiresCam } from '../../../shared/attribution/hires-cam.ts';
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

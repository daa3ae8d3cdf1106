/** Keras layers: scores to 1e-5 and gradients to 1e-4 of the greatest are those of TensorFlow.js itself. */
import type { layers, SymbolicTensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { compareEngines, compareSlopes, savedModel, tf } from './compare-engines.ts';

type Layer = layers.Layer;
const image: [number, number, number] = [9, 10, 3];
const conv = (options: object = {}): Layer =>
  tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...options });
const head = [tf.layers.flatten(), tf.layers.dense({ units: 3 })];

async function difference(body: (input: SymbolicTensor) => SymbolicTensor, compare = compareEngines) {
  const input = tf.input({ shape: image });
  const features = body(input);
  const flat = features.shape.length > 2 ? (tf.layers.flatten().apply(features) as SymbolicTensor) : features;
  const outputs = tf.layers.dense({ units: 3 }).apply(flat) as SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  const files = await savedModel(model);
  model.dispose();
  return compare(files);
}

const chain =
  (...list: Layer[]) =>
  (input: SymbolicTensor): SymbolicTensor =>
    list.reduce((value, layer) => layer.apply(value) as SymbolicTensor, input);

const CHAINS: Readonly<Record<string, () => Layer[]>> = {
  'strided convolution, SAME': () => [conv({ strides: 2, activation: 'relu' })],
  'strided convolution, VALID, without bias': () => [
    conv({ strides: [2, 3], padding: 'valid', useBias: false, activation: 'tanh' }),
  ],
  'depthwise convolution': () => [
    tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same' }),
  ],
  'separable convolution': () => [
    tf.layers.separableConv2d({ filters: 5, kernelSize: 3, activation: 'sigmoid' }),
  ],
  'transposed convolution, SAME': () => [
    tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
  ],
  'transposed convolution, VALID': () => [
    tf.layers.conv2dTranspose({ filters: 4, kernelSize: 4, strides: 3, padding: 'valid' }),
  ],
  'batch normalization and max-pool': () => [
    conv(),
    tf.layers.batchNormalization(),
    tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  ],
  'batch normalization of a vector': () => [tf.layers.flatten(), tf.layers.batchNormalization()],
  'global pools': () => [conv(), tf.layers.globalAveragePooling2d({})],
  'global maximum': () => [conv(), tf.layers.globalMaxPooling2d({})],
  'leaky, exponential and parametric rectifiers': () => [
    conv(),
    tf.layers.leakyReLU({ alpha: 0.1 }),
    conv(),
    tf.layers.elu(),
    tf.layers.prelu(),
    tf.layers.reLU({ maxValue: 0.5 }),
  ],
  'activations by name': () =>
    (['selu', 'relu6', 'softplus', 'softsign', 'hardSigmoid', 'swish', 'mish'] as const).map((activation) =>
      tf.layers.activation({ activation }),
    ),
  'softmax over channels': () => [conv(), tf.layers.softmax({ axis: -1 })],
  'layer normalization': () => [conv(), tf.layers.layerNormalization({ axis: -1 })],
  'reshape and permute': () => [
    tf.layers.reshape({ targetShape: [10, 27] }),
    tf.layers.permute({ dims: [2, 1] }),
    tf.layers.dense({ units: 2, activation: 'tanh' }),
  ],
  'what only training uses': () => [
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.gaussianNoise({ stddev: 1 }),
    tf.layers.alphaDropout({ rate: 0.5 }),
  ],
  rescaling: () => [tf.layers.rescaling({ scale: 2 / 255, offset: -1 }), conv({ activation: 'relu' })],
};

/**
 * Linear in the image. TensorFlow.js 4.22 has no gradient of dilated convolutions, divides padded averages by the
 * whole window, and swaps the sides in the gradients of resizing.
 */
const LINEAR_CHAINS: Readonly<Record<string, () => Layer[]>> = {
  'dilated convolution': () => [conv({ dilationRate: 2 })],
  'average pool, SAME': () => [tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  'zero padding, cropping and upsampling': () => [
    tf.layers.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
    tf.layers.cropping2D({
      cropping: [
        [1, 0],
        [2, 1],
      ],
    }),
    conv(),
    tf.layers.upSampling2d({ size: [2, 3] }),
  ],
  'bilinear upsampling': () => [conv(), tf.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })],
};

const expectEqual = ({ scores, gradient }: { scores: number; gradient: number }): void => {
  expect(scores).toBeLessThan(1e-5);
  expect(gradient).toBeLessThan(1e-4);
};

describe('layers of Keras', () => {
  it.each(Object.entries(CHAINS))('%s', async (_name, list) => {
    expectEqual(await difference(chain(...list())));
  });

  it.each(Object.entries(LINEAR_CHAINS))('%s: derivative of TensorFlow.js’s scores', async (_name, list) => {
    expectEqual(await difference(chain(...list()), compareSlopes));
  });

  it('branches: addition, product with a squeezed vector, concatenation, minimum and average', async () => {
    const body = (input: SymbolicTensor): SymbolicTensor => {
      const a = chain(conv({ activation: 'relu' }))(input);
      const b = chain(conv())(input);
      const weights = chain(
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 4, activation: 'sigmoid' }),
        tf.layers.reshape({ targetShape: [1, 1, 4] }),
      )(a);
      const product = tf.layers.multiply().apply([a, weights]) as SymbolicTensor;
      const sum = tf.layers.add().apply([product, b]) as SymbolicTensor;
      const low = tf.layers.minimum().apply([a, b]) as SymbolicTensor;
      const mean = tf.layers.average().apply([sum, low, a]) as SymbolicTensor;
      return tf.layers.concatenate().apply([mean, b, input]) as SymbolicTensor;
    };
    expectEqual(await difference(body));
  });

  it('models inside models, and a layer that is called twice', async () => {
    const inner = tf.sequential({
      layers: [conv({ inputShape: image, filters: 3, activation: 'relu' }), conv({ filters: 3 })],
    });
    const outer = tf.sequential({ layers: [inner, ...head] });
    expectEqual(await compareEngines(await savedModel(outer)));
    expectEqual(await difference(chain(conv({ filters: 3 }), inner, inner)));
    const shared = conv({ filters: 3, activation: 'tanh' });
    expectEqual(await difference(chain(shared, shared)));
  });
});

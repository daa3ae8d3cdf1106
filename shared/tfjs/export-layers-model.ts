/**
 * A trained network of the study -> a TF.js layers model (Keras 2 JSON, one weight file). It follows the ONNX nodes:
 *
 *   Conv → Conv2D, BatchNormalization, Relu / LeakyRelu / Elu, MaxPool → MaxPooling2D, Reshape → Flatten, Gemm → Dense
 *
 * TF.js keeps images as [H, W, C]: kernels are turned from [out, in, h, w] to [h, w, in, out], and the dense layer
 * after the flattening gets its rows in the other order. Source: Keras 2 layer configurations as tfjs-layers reads them.
 */
import { PermanentFault } from '../errors.ts';
import type { Constant } from '../onnx/constant.ts';
import { type Model, type Node, numberOf, numbersOf } from '../onnx/graph.ts';
import { permuted } from './onnx-emitter.ts';

export interface LayersModel {
  /** model.json */
  readonly json: object;
  /** The file that model.json names. */
  readonly weights: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface Layer {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly (readonly [name: string, value: Constant])[];
}

const WEIGHTS_FILE = 'weights.bin';

/** `image` [C, H, W] of one input. Throws PermanentFault `export-operator` for a node outside the family. */
export function exportLayersModel(model: Model, image: readonly [number, number, number]): LayersModel {
  const [channels, height, width] = image;
  const layers: object[] = [];
  const weights: Weight[] = [];
  let flattened: readonly [number, number, number] | null = null;
  let features: readonly [number, number, number] = image;
  for (const node of model.nodes) {
    const layer = layerOf(node, model, flattened);
    features = featuresAfter(node, model, features);
    flattened = node.op === 'Reshape' ? features : node.op === 'Gemm' ? null : flattened;
    const name = `${layer.class.toLowerCase()}_${layers.length + 1}`;
    const first =
      layers.length === 0 ? { batch_input_shape: [null, height, width, channels], dtype: 'float32' } : {};
    layers.push({ class_name: layer.class, config: { name, trainable: true, ...first, ...layer.config } });
    for (const [role, { shape, data }] of layer.weights) {
      weights.push({ name: `${name}/${role}`, shape, data: Float32Array.from(data as Float32Array) });
    }
  }
  const manifest = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  return {
    json: {
      format: 'layers-model',
      generatedBy: 'cxai study',
      convertedBy: null,
      modelTopology: {
        keras_version: '2.15.0',
        backend: 'tensorflow',
        model_config: { class_name: 'Sequential', config: { name: 'study', layers } },
      },
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: manifest }],
    },
    weights: { name: WEIGHTS_FILE, bytes: joined(weights) },
  };
}

function layerOf(node: Node, model: Model, flattened: readonly [number, number, number] | null): Layer {
  const constant = (place: number): Constant => model.constants.get(node.inputs[place]!)!;
  switch (node.op) {
    case 'Conv': {
      const kernel = constant(1);
      const biased = node.inputs.length > 2;
      const [filters, , ...extent] = kernel.shape;
      const config = { filters, kernel_size: extent, strides: [1, 1], padding: 'same', use_bias: biased };
      return {
        class: 'Conv2D',
        config: { ...config, data_format: 'channels_last', dilation_rate: [1, 1], activation: 'linear' },
        weights: [
          ['kernel', permuted(kernel, [2, 3, 1, 0])],
          ...(biased ? [['bias', constant(2)] as const] : []),
        ],
      };
    }
    case 'BatchNormalization':
      return {
        class: 'BatchNormalization',
        config: { axis: [3], epsilon: numberOf(node, 'epsilon', 1e-5), center: true, scale: true },
        weights: (['gamma', 'beta', 'moving_mean', 'moving_variance'] as const).map(
          (role, place) => [role, constant(place + 1)] as const,
        ),
      };
    case 'Relu':
      return { class: 'ReLU', config: {}, weights: [] };
    case 'LeakyRelu':
      return { class: 'LeakyReLU', config: { alpha: numberOf(node, 'alpha', 0.01) }, weights: [] };
    case 'Elu':
      return { class: 'ELU', config: { alpha: numberOf(node, 'alpha', 1) }, weights: [] };
    case 'MaxPool': {
      const config = { pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format: 'channels_last' };
      return { class: 'MaxPooling2D', config, weights: [] };
    }
    case 'Reshape':
      return { class: 'Flatten', config: { data_format: 'channels_last' }, weights: [] };
    case 'Gemm': {
      const config = { units: constant(1).shape[0], activation: 'linear', use_bias: true };
      return {
        class: 'Dense',
        config,
        weights: [
          ['kernel', denseKernel(constant(1), flattened)],
          ['bias', constant(2)],
        ],
      };
    }
    default:
      throw new PermanentFault(`exportLayersModel: expected a network of the study, got ${node.op}`, {
        code: 'export-operator',
        remedy: 'Only models that `cxai study run` trained are written as TF.js layers.',
      });
  }
}

/** [C, H, W] behind a node of an image part. */
function featuresAfter(
  node: Node,
  model: Model,
  [channels, height, width]: readonly [number, number, number],
): readonly [number, number, number] {
  if (node.op === 'Conv') return [model.constants.get(node.inputs[1]!)!.shape[0]!, height, width];
  if (node.op !== 'MaxPool') return [channels, height, width];
  const [down, across] = numbersOf(node, 'strides') as [number, number];
  return [channels, Math.floor(height / down), Math.floor(width / across)];
}

/** [out, in] -> [in, out]; behind a flattening of [C, H, W] the inputs come as [H, W, C]. */
function denseKernel(kernel: Constant, flattened: readonly [number, number, number] | null): Constant {
  if (flattened === null) return permuted(kernel, [1, 0]);
  const [units, inputs] = kernel.shape as [number, number];
  const turned = permuted({ ...kernel, shape: [units, ...flattened] }, [2, 3, 1, 0]);
  return { ...turned, shape: [inputs, units] };
}

/** Float32, little-endian, one weight after another. */
function joined(weights: readonly Weight[]): Uint8Array<ArrayBuffer> {
  const total = weights.reduce((sum, { data }) => sum + data.length, 0);
  const view = new DataView(new ArrayBuffer(4 * total));
  let at = 0;
  for (const { data } of weights) {
    for (const value of data) view.setFloat32(4 * at++, value, true);
  }
  return new Uint8Array(view.buffer);
}

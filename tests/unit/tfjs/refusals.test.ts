import { describe, expect, it } from 'vitest';
import { keras2Topology } from '../../../functions/common/keras2-topology.ts';
import { PermanentFault } from '../../../shared/errors.ts';
import { importTfjs } from '../../../shared/tfjs/import-tfjs.ts';
import { compareEngines, savedModel, tf } from './compare-engines.ts';

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const input = (shape: readonly (number | null)[]): Layer => ({
  class_name: 'InputLayer',
  config: { name: 'input', batch_shape: shape },
});

const sequential = (...layers: Layer[]) => ({
  format: 'layers-model',
  modelTopology: {
    keras_version: '3.8.0',
    model_config: { class_name: 'Sequential', config: { name: 'net', layers } },
  },
  weightsManifest: [
    { paths: ['a.bin', 'b.bin'], weights: [{ name: 'dense/kernel', shape: [4, 2], dtype: 'float32' }] },
  ],
});

const dense: Layer = { class_name: 'Dense', config: { name: 'dense', units: 2, use_bias: false } };
const weights = (count: number) =>
  new Map([
    ['a.bin', new Uint8Array(count)],
    ['b.bin', new Uint8Array(0)],
  ]);

function offendersOf(json: unknown, shards: ReadonlyMap<string, Uint8Array> = weights(32)): unknown {
  try {
    importTfjs(json, shards);
  } catch (error) {
    expect(error).toBeInstanceOf(PermanentFault);
    return (error as PermanentFault).details.offenders;
  }
  return [];
}

describe('refusing a TF.js model', () => {
  it('names everything at once: shards, layers, configurations, the input', () => {
    const json = sequential(
      input([null, 4]),
      { class_name: 'Attention', config: { name: 'look' } },
      { class_name: 'Activation', config: { name: 'act', activation: 'sinc' } },
      { class_name: 'Conv2D', config: { name: 'conv', data_format: 'channels_first' } },
      dense,
    );
    expect(offendersOf(json, new Map())).toEqual([
      'weights in a.bin, which is not beside model.json',
      'weights in b.bin, which is not beside model.json',
      'layer look (Attention), which is not supported',
      'layer act (Activation): activation sinc',
      'layer conv (Conv2D): no weight named conv/kernel',
      'an input of shape [free, 4] (expected images: batch, height, width and channels)',
    ]);
  });

  it.each([
    ['weights that end too early', sequential(input([null, 2, 2, 4]), dense), 31, '31 of 32 bytes'],
    ['an object that is no model', { format: 'tokenizer' }, 32, 'JSON that is not a TF.js model'],
    [
      'weights without a network',
      { modelTopology: { layer_names: [] }, weightsManifest: [] },
      32,
      'a topology without a model',
    ],
    [
      'an operator that has no derivative',
      {
        modelTopology: {
          node: [
            {
              name: 'x',
              op: 'Placeholder',
              attr: {
                shape: { shape: { dim: [{ size: '-1' }, { size: '8' }, { size: '8' }, { size: '3' }] } },
              },
            },
            { name: 'y', op: 'NonMaxSuppressionV3', input: ['x'] },
          ],
        },
        weightsManifest: [],
      },
      32,
      'operator NonMaxSuppressionV3',
    ],
  ])('refuses %s', (_name, json, bytes, reason) => {
    expect(String(offendersOf(json, weights(bytes)))).toContain(reason);
  });
});

describe('ways of writing a layers model', () => {
  it('leaves augmentation out, says so, and keeps the batch free', () => {
    const json = sequential(
      input([null, 2, 2, 4]),
      { class_name: 'RandomFlip', config: { name: 'flip' } },
      { class_name: 'GlobalAveragePooling2D', config: { name: 'mean' } },
      dense,
    );
    expect(importTfjs(json, weights(32)).notes).toEqual([
      'layer flip (RandomFlip) changes images at random in training: left out',
    ]);
    const told = JSON.stringify(keras2Topology(json.modelTopology));
    expect(told).toContain('"batch_input_shape":[null,2,2,4]');
    expect(told).not.toContain('RandomFlip');
  });

  it('reads weights kept in 8 and 16 bits as TensorFlow.js does', async () => {
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [2, 2, 1] }), tf.layers.dense({ units: 3, name: 'dense' })],
    });
    const files = await savedModel(model);
    const quantized = (kernel: object, bytes: Uint8Array) => ({
      json: {
        ...(files.json as object),
        weightsManifest: [
          {
            paths: ['q.bin'],
            weights: [
              { name: 'dense/kernel', shape: [4, 3], dtype: 'float32', quantization: kernel },
              { name: 'dense/bias', shape: [3], dtype: 'float32' },
            ],
          },
        ],
      },
      shards: new Map([['q.bin', bytes]]),
    });
    const bias = new Uint8Array(Float32Array.of(0.5, -0.25, 1).buffer);
    const whole = Uint8Array.from({ length: 12 }, (_, at) => 20 * at);
    const halves = new Uint8Array(Uint16Array.from({ length: 12 }, (_, at) => 0x3800 + 37 * at).buffer);
    const steps = Uint8Array.from([...whole, ...bias]);
    const small = Uint8Array.from([...halves, ...bias]);
    for (const file of [
      quantized({ dtype: 'uint8', scale: 0.01, min: -1.2 }, steps),
      quantized({ dtype: 'float16' }, small),
    ]) {
      const { scores, gradient } = await compareEngines(file);
      expect(scores).toBeLessThan(1e-6);
      expect(gradient).toBeLessThan(1e-6);
    }
  });
});

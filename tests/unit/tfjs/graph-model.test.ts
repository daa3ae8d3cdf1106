/** Graph models written by hand: scores to 1e-5 and gradients to 1e-4 of the greatest are TensorFlow.js's own. */
import { describe, expect, it } from 'vitest';
import type { TfjsFiles } from '../../../functions/common/tfjs-engine.ts';
import { uniform } from '../engine/uniform.ts';
import { compareEngines } from './compare-engines.ts';

interface Op {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

const text = (value: string) => ({ s: btoa(value) });
const texts = (...values: string[]) => ({ list: { s: values.map(btoa) } });
const numbers = (...values: number[]) => ({ list: { i: values.map(String) } });
const window = { strides: numbers(1, 1, 1, 1), dilations: numbers(1, 1, 1, 1), data_format: text('NHWC') };

/** Nodes by name after an image of 8×6×3; floats by shape, whole numbers as they are. */
function graph(
  ops: Readonly<Record<string, Op>>,
  floats: Readonly<Record<string, readonly number[]>>,
  whole: Readonly<Record<string, readonly number[] | number | readonly (readonly number[])[]>> = {},
): TfjsFiles {
  const next = uniform(9);
  const parts: ArrayBuffer[] = [];
  const weights: object[] = [];
  for (const [name, shape] of Object.entries(floats)) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const positive = name.startsWith('positive');
    parts.push(Float32Array.from({ length: count }, () => (positive ? 1.5 + next() : next())).buffer);
    weights.push({ name, shape, dtype: 'float32' });
  }
  for (const [name, value] of Object.entries(whole)) {
    const rows = Array.isArray(value) ? value : [];
    const list = typeof value === 'number' ? [value] : rows.flat();
    parts.push(Int32Array.from(list).buffer);
    const inner = Array.isArray(rows[0]) ? [rows[0].length] : [];
    weights.push({ name, shape: typeof value === 'number' ? [] : [rows.length, ...inner], dtype: 'int32' });
  }
  const constants = [...Object.keys(floats), ...Object.keys(whole)].map((name) => ({
    name,
    op: 'Const',
    attr: { dtype: { type: name in floats ? 'DT_FLOAT' : 'DT_INT32' } },
  }));
  const dim = [-1, 8, 6, 3].map((size) => ({ size: String(size) }));
  const image = {
    name: 'image',
    op: 'Placeholder',
    attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } },
  };
  const nodes = Object.entries(ops).map(([name, { op, inputs, attr = {} }]) => ({
    name,
    op,
    input: inputs,
    attr,
  }));
  const json = {
    format: 'graph-model',
    modelTopology: { node: [image, ...constants, ...nodes], library: {}, versions: {} },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  return {
    json,
    shards: new Map([['w.bin', new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))]]),
  };
}

const mean: Record<string, Op> = {
  scores: { op: 'Mean', inputs: ['features', 'axes'], attr: { keep_dims: { b: false } } },
};
const SPATIAL = { axes: [1, 2] };

const GRAPHS: Readonly<Record<string, () => TfjsFiles>> = {
  'a fused convolution with leaky rectifier, then a padded depthwise one': () =>
    graph(
      {
        conv: {
          op: '_FusedConv2D',
          inputs: ['image', 'kernel', 'bias'],
          attr: {
            ...window,
            padding: text('SAME'),
            fused_ops: texts('BiasAdd', 'LeakyRelu'),
            leakyrelu_alpha: { f: 0.1 },
            num_args: { i: '1' },
          },
        },
        padded: { op: 'Pad', inputs: ['conv', 'paddings'] },
        features: {
          op: 'DepthwiseConv2dNative',
          inputs: ['padded', 'spatial'],
          attr: { ...window, strides: numbers(1, 2, 2, 1), padding: text('VALID') },
        },
        ...mean,
      },
      { kernel: [3, 3, 3, 4], bias: [4], spatial: [3, 3, 4, 2] },
      {
        ...SPATIAL,
        paddings: [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
      },
    ),
  'normalization spelled out per channel, with square, rsqrt and maximum': () =>
    graph(
      {
        conv: { op: 'Conv2D', inputs: ['image', 'kernel'], attr: { ...window, padding: text('VALID') } },
        centered: { op: 'Sub', inputs: ['conv', 'mean'] },
        scale: { op: 'Rsqrt', inputs: ['positive'] },
        scaled: { op: 'Mul', inputs: ['centered', 'scale'] },
        squared: { op: 'SquaredDifference', inputs: ['scaled', 'mean'] },
        low: { op: 'Relu6', inputs: ['squared'] },
        features: { op: 'Maximum', inputs: ['low', 'scaled'] },
        ...mean,
      },
      { kernel: [3, 3, 3, 4], mean: [4], positive: [4] },
      SPATIAL,
    ),
  'batch normalization, max-pool, concatenation and a computed flattening': () =>
    graph(
      {
        normal: {
          op: 'FusedBatchNormV3',
          inputs: ['image', 'positive', 'shift', 'shift', 'positiveVariance'],
          attr: { epsilon: { f: 0.001 }, data_format: text('NHWC') },
        },
        pooled: {
          op: 'MaxPool',
          inputs: ['normal'],
          attr: { ksize: numbers(1, 2, 2, 1), strides: numbers(1, 2, 2, 1), padding: text('SAME') },
        },
        average: {
          op: 'AvgPool',
          inputs: ['image'],
          attr: { ksize: numbers(1, 2, 2, 1), strides: numbers(1, 2, 2, 1), padding: text('VALID') },
        },
        both: { op: 'ConcatV2', inputs: ['pooled', 'average', 'last'] },
        shape: { op: 'Shape', inputs: ['both'] },
        count: {
          op: 'StridedSlice',
          inputs: ['shape', 'zero', 'one', 'one'],
          attr: { shrink_axis_mask: { i: '1' } },
        },
        target: { op: 'Pack', inputs: ['count', 'features'], attr: { axis: { i: '0' } } },
        flat: { op: 'Reshape', inputs: ['both', 'target'] },
        logits: {
          op: '_FusedMatMul',
          inputs: ['flat', 'dense', 'bias'],
          attr: { fused_ops: texts('BiasAdd'), num_args: { i: '1' }, transpose_b: { b: true } },
        },
        scores: { op: 'Softmax', inputs: ['logits'] },
      },
      { positive: [3], shift: [3], positiveVariance: [3], dense: [4, 72], bias: [4] },
      { last: 3, zero: [0], one: [1], features: 72 },
    ),
  'images that are moved to channels first and back, as converters from PyTorch do': () =>
    graph(
      {
        first: { op: 'Transpose', inputs: ['image', 'toFirst'] },
        active: { op: 'Selu', inputs: ['first'] },
        back: { op: 'Transpose', inputs: ['active', 'toLast'] },
        conv: {
          op: 'Conv2D',
          inputs: ['back', 'kernel'],
          attr: { ...window, strides: numbers(1, 2, 2, 1), padding: text('SAME') },
        },
        biased: { op: 'BiasAdd', inputs: ['conv', 'bias'] },
        features: { op: 'Sigmoid', inputs: ['biased'] },
        ...mean,
      },
      { kernel: [5, 5, 3, 4], bias: [4] },
      { ...SPATIAL, toFirst: [0, 3, 1, 2], toLast: [0, 2, 3, 1] },
    ),
};

describe('graphs of TensorFlow', () => {
  it.each(Object.entries(GRAPHS))('%s', async (_name, files) => {
    const { scores, gradient } = await compareEngines(files());
    expect(scores).toBeLessThan(1e-5);
    expect(gradient).toBeLessThan(1e-4);
  });
});

/** Pooling, padding, cropping and resizing layers. */
import { type Attributes, int, ints, text } from '../../onnx/graph.ts';
import { channelsLast, marginsIn, pairIn, textIn } from '../layer-config.ts';
import type { LayerRule, LayerRules } from '../layer-rule.ts';
import type { OnnxEmitter } from '../onnx-emitter.ts';
import { unsupported } from '../tfjs-refusal.ts';
import { autoPad } from './convolution.ts';

function pool(op: 'MaxPool' | 'AveragePool'): LayerRule {
  return ({ emit, config, inputs }) => {
    channelsLast(config);
    const kernel = pairIn(config, 'pool_size', 2);
    const attributes = {
      ...autoPad(textIn(config, 'padding', 'valid')),
      kernel_shape: ints(kernel),
      strides: ints(config.strides === null ? kernel : pairIn(config, 'strides', kernel[0])),
    };
    return { rank: 4, first: emit.op(op, [emit.first(inputs[0])], attributes) };
  };
}

function globalPool(op: 'GlobalMaxPool' | 'GlobalAveragePool'): LayerRule {
  return ({ emit, config, inputs }) => {
    channelsLast(config);
    const first = emit.op(op, [emit.first(inputs[0])]);
    if (config.keepdims === true) return { rank: 4, first };
    return { rank: 2, plain: emit.op('Flatten', [first], { axis: int(1) }) };
  };
}

const zeroPadding: LayerRule = ({ emit, config, inputs }) => {
  channelsLast(config);
  const [top, bottom, left, right] = marginsIn(config, 'padding');
  const pads = emit.vector([0, 0, top, left, 0, 0, bottom, right]);
  return { rank: 4, first: emit.op('Pad', [emit.first(inputs[0]), pads, emit.scalar(0)]) };
};

const cropping: LayerRule = ({ emit, config, inputs }) => {
  channelsLast(config);
  const [top, bottom, left, right] = marginsIn(config, 'cropping');
  const end = (margin: number): number => (margin === 0 ? 2 ** 31 - 1 : -margin);
  const ranges = [
    [top, left],
    [end(bottom), end(right)],
    [2, 3],
  ].map((list) => emit.vector(list));
  return { rank: 4, first: emit.op('Slice', [emit.first(inputs[0]), ...ranges]) };
};

/**
 * How TF.js's layers sample: source = i · from/to, nearest rounds down. Keras
 * itself aligns pixel centers; a model.json means what TF.js computes. For nearest by whole factors all agree.
 */
function sampling(kind: string): Attributes {
  if (kind !== 'nearest' && kind !== 'bilinear') throw unsupported(`interpolation ${kind}`);
  return {
    mode: text(kind === 'nearest' ? 'nearest' : 'linear'),
    coordinate_transformation_mode: text('asymmetric'),
    nearest_mode: text('floor'),
  };
}

/** The image (channels first) at height × width. */
export function resizeTo(
  emit: OnnxEmitter,
  image: string,
  size: readonly number[],
  attributes: Attributes,
): string {
  const [from, to] = [emit.vector([0]), emit.vector([2])];
  const outer = emit.op('Slice', [emit.op('Shape', [image]), from, to]);
  const sizes = emit.op('Concat', [outer, emit.vector(size)], { axis: int(0) });
  return emit.op('Resize', [image, '', '', sizes], attributes);
}

const upsampling: LayerRule = ({ emit, config, inputs }) => {
  channelsLast(config);
  const [rows, columns] = pairIn(config, 'size', 2);
  const scales = emit.constant(
    { type: 'float32', shape: [4], data: Float32Array.of(1, 1, rows, columns) },
    'scales',
  );
  const attributes = sampling(textIn(config, 'interpolation', 'nearest'));
  return { rank: 4, first: emit.op('Resize', [emit.first(inputs[0]), '', scales], attributes) };
};

export const POOLING_RULES: LayerRules = {
  MaxPooling2D: pool('MaxPool'),
  AveragePooling2D: pool('AveragePool'),
  GlobalMaxPooling2D: globalPool('GlobalMaxPool'),
  GlobalAveragePooling2D: globalPool('GlobalAveragePool'),
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upsampling,
};

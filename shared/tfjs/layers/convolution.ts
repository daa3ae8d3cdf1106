/** Convolution and dense layers. TF.js keeps kernels as [height, width, in, out]; ONNX wants [out, in, height, width]. */
import { floats } from '../../onnx/constant.ts';
import { type Attributes, int, ints, text } from '../../onnx/graph.ts';
import { activate } from '../activation.ts';
import { activationIn, channelsLast, numberIn, pairIn, textIn } from '../layer-config.ts';
import type { LayerContext, LayerRule, LayerRules } from '../layer-rule.ts';
import { permuted, type Value } from '../onnx-emitter.ts';
import { unsupported } from '../tfjs-refusal.ts';

export function autoPad(padding: string): Attributes {
  if (padding !== 'same' && padding !== 'valid') throw unsupported(`padding ${padding}`);
  return { auto_pad: text(padding === 'same' ? 'SAME_UPPER' : 'VALID') };
}

function windowOf({ config }: LayerContext): Attributes {
  channelsLast(config);
  return {
    ...autoPad(textIn(config, 'padding', 'valid')),
    strides: ints(pairIn(config, 'strides', 1)),
    dilations: ints(pairIn(config, 'dilation_rate', 1)),
  };
}

function biased({ emit, weight, config }: LayerContext, kernel: string): string[] {
  return config.use_bias === false ? [kernel] : [kernel, emit.constant(weight('bias'), 'bias')];
}

function activated({ emit, config, kerasMajor }: LayerContext, value: Value): Value {
  return activate(emit, value, activationIn(config), kerasMajor);
}

const conv: LayerRule = (layer) => {
  const { emit, config, inputs, weight } = layer;
  const kernel = emit.constant(permuted(weight('kernel'), [3, 2, 0, 1]), 'kernel');
  const first = emit.op('Conv', [emit.first(inputs[0]), ...biased(layer, kernel)], {
    ...windowOf(layer),
    group: int(numberIn(config, 'groups', 1)),
  });
  return activated(layer, { rank: 4, first });
};

/** [height, width, in, multiplier] → [in · multiplier, 1, height, width]. */
export function depthwiseKernel(kernel: ReturnType<LayerContext['weight']>): typeof kernel {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  return { ...permuted(kernel, [2, 3, 0, 1]), shape: [channels * multiplier, 1, height, width] };
}

const depthwise: LayerRule = (layer) => {
  const { emit, inputs, weight, has } = layer;
  const source = weight(has('depthwise_kernel') ? 'depthwise_kernel' : 'kernel');
  const kernel = emit.constant(depthwiseKernel(source), 'kernel');
  const first = emit.op('Conv', [emit.first(inputs[0]), ...biased(layer, kernel)], {
    ...windowOf(layer),
    group: int(source.shape[2]!),
  });
  return activated(layer, { rank: 4, first });
};

const separable: LayerRule = (layer) => {
  const { emit, inputs, weight } = layer;
  const source = weight('depthwise_kernel');
  const spatial = emit.op(
    'Conv',
    [emit.first(inputs[0]), emit.constant(depthwiseKernel(source), 'depthwise')],
    { ...windowOf(layer), group: int(source.shape[2]!) },
  );
  const kernel = emit.constant(permuted(weight('pointwise_kernel'), [3, 2, 0, 1]), 'pointwise');
  return activated(layer, { rank: 4, first: emit.op('Conv', [spatial, ...biased(layer, kernel)]) });
};

/** `same`: the output is input · stride. `valid`: no pixel of the window is cut off. */
export function transposedWindow(
  padding: string,
  kernel: readonly number[],
  strides: readonly number[],
): Attributes {
  autoPad(padding);
  const extra = kernel.map((extent, axis) => Math.max(strides[axis]! - extent, 0));
  const total = kernel.map((extent, axis) => (padding === 'same' ? Math.max(extent - strides[axis]!, 0) : 0));
  const before = total.map((pads) => Math.floor(pads / 2));
  const after = total.map((pads, axis) => pads - before[axis]!);
  return { strides: ints(strides), pads: ints([...before, ...after]), output_padding: ints(extra) };
}

const convTranspose: LayerRule = (layer) => {
  const { emit, config, inputs, weight } = layer;
  channelsLast(config);
  if (pairIn(config, 'dilation_rate', 1).some((rate) => rate !== 1)) throw unsupported('dilation_rate');
  if (config.output_padding !== undefined && config.output_padding !== null)
    throw unsupported('output_padding');
  const source = weight('kernel');
  const kernel = emit.constant(permuted(source, [3, 2, 0, 1]), 'kernel');
  const window = transposedWindow(
    textIn(config, 'padding', 'valid'),
    source.shape.slice(0, 2),
    pairIn(config, 'strides', 1),
  );
  const first = emit.op('ConvTranspose', [emit.first(inputs[0]), ...biased(layer, kernel)], window);
  return activated(layer, { rank: 4, first });
};

const dense: LayerRule = (layer) => {
  const { emit, inputs, weight } = layer;
  const kernel = emit.constant(weight('kernel'), 'kernel');
  const [name, bias] = biased(layer, kernel);
  const product = emit.op('MatMul', [emit.plain(inputs[0]), name!]);
  const plain = bias ? emit.op('Add', [product, bias]) : product;
  return activated(layer, { rank: inputs[0].rank, plain });
};

const prelu: LayerRule = ({ emit, inputs, weight }) => {
  const alpha = weight('alpha');
  if (inputs[0].rank !== 4) {
    return { ...inputs[0], plain: emit.op('PRelu', [emit.plain(inputs[0]), emit.constant(alpha, 'alpha')]) };
  }
  const slope = emit.constant(permuted(alpha, [2, 0, 1]), 'alpha');
  return { rank: 4, first: emit.op('PRelu', [emit.first(inputs[0]), slope]) };
};

/** y = x · scale + offset, each one number or one for each channel. */
export function affine(
  { emit, inputs: [value] }: LayerContext,
  scale: readonly number[],
  offset: readonly number[],
): Value {
  return emit.pointwise(value, (name) => {
    const shape = (list: readonly number[]): number[] =>
      list.length === 1 ? [] : value.first === undefined ? [list.length] : [list.length, 1, 1];
    const constant = (list: readonly number[], hint: string): string =>
      emit.constant(floats([...list], shape(list)), hint);
    return emit.op('Add', [emit.op('Mul', [name, constant(scale, 'scale')]), constant(offset, 'offset')]);
  });
}

export const CONVOLUTION_RULES: LayerRules = {
  Conv2D: conv,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: convTranspose,
  Dense: dense,
  PReLU: prelu,
};

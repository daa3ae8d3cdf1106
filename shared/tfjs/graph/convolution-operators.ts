/** Convolutions, matrix products and pooling of TensorFlow, with what the converter fused into them. */
import { type Attributes, float, int, ints } from '../../onnx/graph.ts';
import { combine } from '../combine.ts';
import { autoPad, depthwiseKernel, transposedWindow } from '../layers/convolution.ts';
import { type OnnxEmitter, permuted, type Value } from '../onnx-emitter.ts';
import { unsupported } from '../tfjs-refusal.ts';
import { pointwiseOperator } from './elementwise-operators.ts';
import {
  constantInput,
  flagAttribute,
  type GraphNode,
  numberAttribute,
  numbersAttribute,
  type OperatorContext,
  type OperatorRule,
  type OperatorRules,
  textAttribute,
  textsAttribute,
} from './graph-node.ts';

const isChannelsLast = (node: GraphNode): boolean => textAttribute(node, 'data_format', 'NHWC') === 'NHWC';

/** The image with its channels first, whatever the node's data format. */
export function imageOf({ emit, node }: OperatorContext, value: Value): string {
  return isChannelsLast(node) ? emit.first(value) : emit.plain(value);
}

export function asImage({ node }: OperatorContext, name: string): Value {
  return isChannelsLast(node) ? { rank: 4, first: name } : { rank: 4, plain: name };
}

/** The two spatial numbers of a list with one number for each axis. */
function spatial(node: GraphNode, name: string): readonly [number, number] {
  const list = numbersAttribute(node, name) ?? [1, 1, 1, 1];
  const [, b, c, d] = list as [number, number, number, number];
  return isChannelsLast(node) ? [b, c] : [c, d];
}

function padding(node: GraphNode): Attributes {
  const kind = textAttribute(node, 'padding', 'VALID');
  if (kind !== 'EXPLICIT') return autoPad(kind.toLowerCase());
  const list = numbersAttribute(node, 'explicit_paddings') ?? [];
  const [top, bottom, left, right] = list.slice(isChannelsLast(node) ? 2 : 4) as [
    number,
    number,
    number,
    number,
  ];
  return { pads: ints([top, left, bottom, right]) };
}

function convolution(depthwise: boolean): OperatorRule {
  return (context) => {
    const { emit, node, inputs } = context;
    const source = constantInput(context, 1);
    const kernel = depthwise ? depthwiseKernel(source) : permuted(source, [3, 2, 0, 1]);
    const image = imageOf(context, inputs[0]);
    const name = emit.op('Conv', [image, emit.constant(kernel, 'kernel')], {
      ...padding(node),
      strides: ints(spatial(node, 'strides')),
      dilations: ints(spatial(node, 'dilations')),
      ...(depthwise && { group: int(source.shape[2]!) }),
    });
    return fused(context, asImage(context, name));
  };
}

/** What `fused_ops` lists, in order: BiasAdd takes the next input, then an activation. */
function fused({ emit, node, inputs }: OperatorContext, value: Value): Value {
  let next = 2;
  return textsAttribute(node, 'fused_ops').reduce((result, op) => {
    const argument = (): Value => {
      const input = inputs[next++];
      if (!input) throw unsupported(`${op} without its argument`);
      return input;
    };
    if (op === 'BiasAdd') return addBias(emit, node, result, argument());
    if (op === 'Prelu') return prelu(emit, result, argument());
    if (op === 'LeakyRelu') {
      const alpha = float(numberAttribute(node, 'leakyrelu_alpha', 0.2));
      return emit.pointwise(result, (name) => emit.op('LeakyRelu', [name], { alpha }));
    }
    return pointwiseOperator(emit, op, result);
  }, value);
}

function addBias(emit: OnnxEmitter, node: GraphNode, value: Value, bias: Value): Value {
  if (value.rank !== 4 || isChannelsLast(node)) return combine(emit, 'Add', [value, bias]);
  const perChannel = emit.op('Reshape', [emit.plain(bias), emit.vector([-1, 1, 1])]);
  return { rank: 4, plain: emit.op('Add', [emit.plain(value), perChannel]) };
}

export function prelu(emit: OnnxEmitter, value: Value, alpha: Value): Value {
  return combine(emit, 'PRelu', [value, alpha]);
}

const transposedConvolution: OperatorRule = (context) => {
  const { emit, node, inputs } = context;
  const source = constantInput(context, 1);
  if (spatial(node, 'dilations').some((rate) => rate !== 1)) throw unsupported('dilations');
  const kernel = emit.constant(permuted(source, [3, 2, 0, 1]), 'kernel');
  const window = transposedWindow(
    textAttribute(node, 'padding', 'VALID').toLowerCase(),
    source.shape.slice(0, 2),
    spatial(node, 'strides'),
  );
  return asImage(context, emit.op('ConvTranspose', [imageOf(context, inputs[2]!), kernel], window));
};

function pool(op: 'MaxPool' | 'AveragePool'): OperatorRule {
  return (context) => {
    const { emit, node, inputs } = context;
    const name = emit.op(op, [imageOf(context, inputs[0])], {
      ...padding(node),
      kernel_shape: ints(spatial(node, 'ksize')),
      strides: ints(spatial(node, 'strides')),
    });
    return asImage(context, name);
  };
}

const batchNorm: OperatorRule = (context) => {
  const { emit, node, inputs } = context;
  if (flagAttribute(node, 'is_training')) throw unsupported('is_training');
  const statistics = inputs.slice(1, 5).map((value) => emit.plain(value));
  const epsilon = float(numberAttribute(node, 'epsilon', 1e-3));
  return asImage(
    context,
    emit.op('BatchNormalization', [imageOf(context, inputs[0]), ...statistics], { epsilon }),
  );
};

/** Matrices, or stacks of them; the last two axes are swapped first where the node says so. */
const matrixProduct: OperatorRule = (context) => {
  const { emit, node, inputs } = context;
  const factor = (index: number, names: readonly string[]): string => {
    const value = inputs[index]!;
    const name = emit.plain(value);
    if (!names.some((flag) => flagAttribute(node, flag))) return name;
    if (value.rank === undefined) throw unsupported('a transposed factor of unknown rank');
    const axes = Array.from({ length: value.rank }, (_, axis) => axis);
    return emit.op('Transpose', [name], { perm: ints([...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]) });
  };
  const left = factor(0, ['transpose_a', 'adj_x']);
  const plain = emit.op('MatMul', [left, factor(1, ['transpose_b', 'adj_y'])]);
  return fused(context, { rank: inputs[0].rank, plain });
};

const biasAdd: OperatorRule = ({ emit, node, inputs }) => addBias(emit, node, inputs[0], inputs[1]!);

export const CONVOLUTION_OPERATORS: OperatorRules = {
  Conv2D: convolution(false),
  _FusedConv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  DepthwiseConv2d: convolution(true),
  FusedDepthwiseConv2dNative: convolution(true),
  _FusedDepthwiseConv2dNative: convolution(true),
  Conv2DBackpropInput: transposedConvolution,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  MatMul: matrixProduct,
  _FusedMatMul: matrixProduct,
  BatchMatMul: matrixProduct,
  BatchMatMulV2: matrixProduct,
  BiasAdd: biasAdd,
};

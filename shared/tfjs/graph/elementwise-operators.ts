/** Operators of TensorFlow that work on each element, and reductions. */
import { float, int } from '../../onnx/graph.ts';
import { clipped } from '../activation.ts';
import { combine } from '../combine.ts';
import type { OnnxEmitter, Value } from '../onnx-emitter.ts';
import { unsupported } from '../tfjs-refusal.ts';
import {
  constantInput,
  flagAttribute,
  numberAttribute,
  type OperatorRule,
  type OperatorRules,
} from './graph-node.ts';

/** TensorFlow's name → ONNX's. */
const UNARY: Readonly<Record<string, string>> = {
  Relu: 'Relu',
  Elu: 'Elu',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Tanh: 'Tanh',
  Softplus: 'Softplus',
  Softsign: 'Softsign',
  Exp: 'Exp',
  Log: 'Log',
  Sqrt: 'Sqrt',
  Neg: 'Neg',
  Abs: 'Abs',
  Erf: 'Erf',
  Reciprocal: 'Reciprocal',
  Inv: 'Reciprocal',
};

const BINARY: Readonly<Record<string, string>> = {
  Add: 'Add',
  AddV2: 'Add',
  AddN: 'Add',
  Sub: 'Sub',
  Mul: 'Mul',
  Div: 'Div',
  RealDiv: 'Div',
  Pow: 'Pow',
  Maximum: 'Max',
  Minimum: 'Min',
  Prelu: 'PRelu',
};

const REDUCTIONS: Readonly<Record<string, string>> = {
  Mean: 'ReduceMean',
  Sum: 'ReduceSum',
  Max: 'ReduceMax',
  Min: 'ReduceMin',
  Prod: 'ReduceProd',
};

/** An operator by its TensorFlow name, as it may also be fused into a convolution. */
export function pointwiseOperator(emit: OnnxEmitter, op: string, value: Value): Value {
  if (op === 'Relu6') return emit.pointwise(value, (name) => clipped(0, 6)(emit, name));
  const name = Object.hasOwn(UNARY, op) ? UNARY[op] : undefined;
  if (!name) throw unsupported(`a fused ${op}`);
  return emit.pointwise(value, (input) => emit.op(name, [input]));
}

const unary =
  (op: string): OperatorRule =>
  ({ emit, inputs }) =>
    pointwiseOperator(emit, op, inputs[0]);

const binary =
  (op: string): OperatorRule =>
  ({ emit, inputs }) =>
    combine(emit, op, inputs);

const alongChannels =
  (op: string): OperatorRule =>
  ({ emit, inputs: [value] }) =>
    emit.pointwise(value, (name) => emit.op(op, [name], { axis: int(emit.channelAxis(value)) }));

const leakyRelu: OperatorRule = ({ emit, node, inputs }) => {
  const alpha = float(numberAttribute(node, 'alpha', 0.2));
  return emit.pointwise(inputs[0], (name) => emit.op('LeakyRelu', [name], { alpha }));
};

const rsqrt: OperatorRule = ({ emit, inputs }) =>
  emit.pointwise(inputs[0], (name) => emit.op('Reciprocal', [emit.op('Sqrt', [name])]));

const square: OperatorRule = ({ emit, inputs }) =>
  emit.pointwise(inputs[0], (name) => emit.op('Mul', [name, name]));

const squaredDifference: OperatorRule = ({ emit, inputs }) =>
  emit.pointwise(combine(emit, 'Sub', inputs), (name) => emit.op('Mul', [name, name]));

const reduction =
  (op: string): OperatorRule =>
  (context) => {
    const { emit, node, inputs } = context;
    const [value] = inputs;
    const axes = [...constantInput(context, 1).data].map((axis) =>
      axis < 0 ? axis + (value.rank ?? 0) : axis,
    );
    const keep = flagAttribute(node, 'keep_dims') || flagAttribute(node, 'keepdims');
    const overImage = value.rank === 4 && axes.toSorted().join() === '1,2';
    if (op === 'ReduceMean' && overImage) {
      const first = emit.op('GlobalAveragePool', [emit.first(value)]);
      return keep ? { rank: 4, first } : { rank: 2, plain: emit.op('Flatten', [first], { axis: int(1) }) };
    }
    if (value.rank === undefined) throw unsupported('a reduction of unknown rank');
    const plain = emit.op(op, [emit.plain(value), emit.vector(axes)], { keepdims: int(keep ? 1 : 0) });
    return { rank: keep ? value.rank : value.rank - axes.length, plain };
  };

const entries = (
  names: Readonly<Record<string, string>>,
  rule: (op: string) => OperatorRule,
): OperatorRules => Object.fromEntries(Object.entries(names).map(([name, op]) => [name, rule(op)]));

export const ELEMENTWISE_OPERATORS: OperatorRules = {
  ...Object.fromEntries(Object.keys(UNARY).map((op) => [op, unary(op)])),
  ...entries(BINARY, binary),
  ...entries(REDUCTIONS, reduction),
  Relu6: unary('Relu6'),
  Softmax: alongChannels('Softmax'),
  LogSoftmax: alongChannels('LogSoftmax'),
  LeakyRelu: leakyRelu,
  Rsqrt: rsqrt,
  Square: square,
  SquaredDifference: squaredDifference,
};

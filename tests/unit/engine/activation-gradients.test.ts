import { describe, it } from 'vitest';
import { floats } from '../../../shared/onnx/constant.ts';
import { float, int, text } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from './check-operator.ts';
import { erf, map, softmax, zip } from './twin/arithmetic.ts';

const SHAPE = [2, 3, 4, 5];
/** Wide enough to reach both sides of every bend. */
const wide = (value: number): number => 4 * value;

function unary(op: string, f: (x: number) => number, extra: Partial<OperatorCase> = {}): OperatorCase {
  return { name: op, op, shapes: [SHAPE], domain: wide, twin: ([x]) => map(x!, f), ...extra };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

const CASES: readonly OperatorCase[] = [
  unary('Relu', (x) => Math.max(x, 0)),
  unary('LeakyRelu', (x) => (x > 0 ? x : 0.2 * x), { attributes: { alpha: float(0.2) } }),
  unary('Clip', (x) => clamp(x, 0, 6), {
    name: 'Clip as ReLU6',
    constants: [floats([0], []), floats([6], [])],
    domain: (x) => 9 * x,
  }),
  unary('Clip', (x) => Math.max(x, 0), { name: 'Clip from 0 only', constants: [floats([0], [])] }),
  unary('Clip', (x) => clamp(x, -1, 2), {
    name: 'Clip by attributes',
    opset: 7,
    attributes: { min: float(-1), max: float(2) },
  }),
  unary('Sigmoid', sigmoid),
  unary('Tanh', Math.tanh),
  unary('HardSigmoid', (x) => clamp(0.2 * x + 0.5, 0, 1)),
  unary('HardSwish', (x) => x * clamp(x / 6 + 0.5, 0, 1)),
  unary('Elu', (x) => (x > 0 ? x : 0.7 * Math.expm1(x)), { attributes: { alpha: float(0.7) } }),
  unary('Selu', (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
  unary('Celu', (x) => Math.max(0, x) + Math.min(0, 1.5 * Math.expm1(x / 1.5)), {
    attributes: { alpha: float(1.5) },
  }),
  unary('Softplus', (x) => Math.log1p(Math.exp(x))),
  unary('Softsign', (x) => x / (1 + Math.abs(x))),
  unary('Mish', (x) => x * Math.tanh(Math.log1p(Math.exp(x)))),
  unary('Gelu', (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)), { opset: 20 }),
  unary('Gelu', (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), {
    name: 'Gelu by tanh',
    opset: 20,
    attributes: { approximate: text('tanh') },
  }),
  unary('Erf', erf),
  unary('ThresholdedRelu', (x) => (x > 0.5 ? x : 0), { attributes: { alpha: float(0.5) } }),
  {
    name: 'PRelu',
    op: 'PRelu',
    shapes: [SHAPE, [3, 1, 1]],
    twin: ([x, slope]) => zip(x!, slope!, (value, s) => (value > 0 ? value : s * value)),
  },
  { name: 'Softmax', op: 'Softmax', shapes: [[3, 7]], twin: ([x]) => softmax(x!, [1]) },
  {
    name: 'Softmax along channels',
    op: 'Softmax',
    shapes: [SHAPE],
    attributes: { axis: int(1) },
    twin: ([x]) => softmax(x!, [1]),
  },
  {
    name: 'Softmax before operator set 13 runs over all later axes',
    op: 'Softmax',
    opset: 11,
    shapes: [SHAPE],
    attributes: { axis: int(2) },
    twin: ([x]) => softmax(x!, [2, 3]),
  },
  { name: 'LogSoftmax', op: 'LogSoftmax', shapes: [[3, 7]], twin: ([x]) => map(softmax(x!, [1]), Math.log) },
];

describe('activations and their gradients agree with the float64 twin', () => {
  it.each(CASES)('$name', (given) => checkOperator(given));
});

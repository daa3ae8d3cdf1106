import { describe, it } from 'vitest';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { float, int, ints } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from './check-operator.ts';
import {
  gemm,
  map,
  matMul,
  perChannel,
  reduce,
  reshape,
  standardize,
  transpose,
  zip,
} from './twin/arithmetic.ts';
import { type Array64, size } from './twin/array.ts';

const IMAGE = [2, 3, 4, 5];
const positive = (value: number): number => 1.5 + value;
const add = (a: number, b: number): number => a + b;
const total = (values: readonly number[]): number => values.reduce(add, 0);

function binary(
  op: string,
  f: (a: number, b: number) => number,
  right: readonly number[],
  domain = positive,
): OperatorCase {
  return {
    name: `${op} with [${right}]`,
    op,
    shapes: [IMAGE, right],
    domain,
    twin: ([a, b]) => zip(a!, b!, f),
  };
}

function unary(op: string, f: (x: number) => number, domain = positive): OperatorCase {
  return { name: op, op, shapes: [IMAGE], domain, twin: ([x]) => map(x!, f) };
}

function reduction(
  op: string,
  combine: (values: readonly number[]) => number,
  axes: readonly number[],
  keepdims: number,
  form: 'attribute' | 'input',
): OperatorCase {
  return {
    name: `${op} over [${axes}] by ${form}, keepdims ${keepdims}`,
    op,
    opset: form === 'input' ? 18 : 11,
    shapes: [IMAGE],
    domain: positive,
    constants: form === 'input' ? [integers(axes)] : [],
    attributes: { keepdims: int(keepdims), ...(form === 'attribute' ? { axes: ints(axes) } : {}) },
    twin: ([x]) => reduce(x!, axes, keepdims === 1, combine),
  };
}

const CASES: readonly OperatorCase[] = [
  binary('Add', add, IMAGE),
  binary('Add', add, [3, 1, 1]),
  binary('Sub', (a, b) => a - b, [1, 3, 1, 5]),
  binary('Mul', (a, b) => a * b, [2, 3, 1, 1]),
  binary('Mul', (a, b) => a * b, []),
  binary('Div', (a, b) => a / b, [5]),
  binary('Pow', (a, b) => a ** b, [3, 1, 1]),
  binary('Max', Math.max, [3, 1, 1]),
  binary('Min', Math.min, [4, 5]),
  {
    ...unary(
      'Pow',
      (x) => x * x,
      (x) => x,
    ),
    name: 'Pow 2 of negative values',
    constants: [floats([2], [])],
  },
  {
    ...unary(
      'Pow',
      (x) => x ** 3,
      (x) => x,
    ),
    name: 'Pow with a whole-number exponent',
    constants: [integers([3], [])],
  },
  unary('Neg', (x) => -x),
  unary('Abs', Math.abs, (x) => x),
  unary('Exp', Math.exp),
  unary('Log', Math.log),
  unary('Sqrt', Math.sqrt),
  unary('Reciprocal', (x) => 1 / x),
  unary('Sin', Math.sin),
  unary('Cos', Math.cos),
  {
    name: 'Sum of three',
    op: 'Sum',
    shapes: [IMAGE, IMAGE, [3, 1, 1]],
    twin: ([a, b, c]) => zip(zip(a!, b!, add), c!, add),
  },
  {
    name: 'Mean of two',
    op: 'Mean',
    shapes: [IMAGE, [3, 1, 1]],
    twin: ([a, b]) => map(zip(a!, b!, add), (value) => value / 2),
  },
  {
    name: 'Where, the right side broadcast',
    op: 'Where',
    leading: [
      { type: 'bool', shape: [4, 5], data: Float64Array.from({ length: 20 }, (_, at) => at % 3 && 1) },
    ],
    shapes: [IMAGE, [3, 1, 1]],
    twin: ([a, b]) =>
      zip(
        zip(
          a!,
          { shape: [4, 5], data: Float64Array.from({ length: 20 }, (_, at) => at % 3 && 1) },
          (x, c) => x * c,
        ),
        zip(
          b!,
          { shape: [4, 5], data: Float64Array.from({ length: 20 }, (_, at) => (at % 3 ? 0 : 1)) },
          (x, c) => x * c,
        ),
        add,
      ),
  },
  {
    name: 'Clip between bounds that are computed',
    op: 'Clip',
    opset: 12,
    shapes: [IMAGE, [], []],
    domain: (x) => 2 * x,
    twin: ([x, a, b]) => map(zip(x!, a!, Math.max), (value) => Math.min(value, b!.data[0]!)),
  },
  {
    name: 'GlobalLpPool',
    op: 'GlobalLpPool',
    shapes: [IMAGE],
    attributes: { p: int(3) },
    domain: positive,
    twin: ([x]) => reduce(x!, [2, 3], true, (values) => Math.cbrt(total(values.map((v) => v ** 3)))),
  },
  reduction('ReduceSum', total, [2, 3], 0, 'input'),
  reduction('ReduceSum', total, [1], 1, 'attribute'),
  reduction('ReduceMean', (values) => total(values) / values.length, [2, 3], 1, 'attribute'),
  reduction('ReduceMean', (values) => total(values) / values.length, [-1], 0, 'input'),
  reduction('ReduceMax', (values) => Math.max(...values), [2, 3], 0, 'attribute'),
  reduction('ReduceMin', (values) => Math.min(...values), [1], 1, 'input'),
  reduction('ReduceL1', (values) => total(values.map(Math.abs)), [1], 1, 'attribute'),
  reduction('ReduceL2', (values) => Math.hypot(...values), [1, 2], 0, 'input'),
  reduction('ReduceSumSquare', (values) => total(values.map((v) => v * v)), [3], 0, 'attribute'),
  reduction('ReduceLogSum', (values) => Math.log(total(values)), [3], 0, 'attribute'),
  reduction('ReduceLogSumExp', (values) => Math.log(total(values.map(Math.exp))), [2], 1, 'attribute'),
];

const PRODUCTS: readonly OperatorCase[] = [
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): OperatorCase => {
      const [alpha, beta] = [0.5, 2];
      return {
        name: `Gemm transA ${transA} transB ${transB}`,
        op: 'Gemm',
        shapes: [transA ? [4, 3] : [3, 4], transB ? [5, 4] : [4, 5], [5]],
        attributes: { transA: int(transA), transB: int(transB), alpha: float(alpha), beta: float(beta) },
        twin: ([a, b, c]) => gemm(a!, b!, c, { alpha, beta, transA, transB }),
      };
    }),
  ),
  {
    name: 'MatMul of matrices',
    op: 'MatMul',
    shapes: [
      [3, 4],
      [4, 5],
    ],
    twin: ([a, b]) => matMul(a!, b!),
  },
  {
    name: 'MatMul of a batch by one matrix',
    op: 'MatMul',
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    twin: ([a, b]) => matMul(a!, b!),
  },
  {
    name: 'MatMul by a vector',
    op: 'MatMul',
    shapes: [[2, 3, 4], [4]],
    twin: ([a, b]) => reshape(matMul(a!, reshape(b!, [4, 1])), [2, 3]),
  },
];

const channels = [3];

function localResponse(x: Array64, span: number, alpha: number, beta: number, bias: number): Array64 {
  const [n, c] = x.shape as [number, number];
  const pixels = size(x.shape.slice(2));
  const data = x.data.map((value, flat) => {
    const channel = Math.floor(flat / pixels) % c;
    const image = Math.floor(flat / pixels / c);
    let squares = 0;
    for (let k = channel - Math.floor((span - 1) / 2); k <= channel + Math.ceil((span - 1) / 2); k++) {
      if (k >= 0 && k < c) squares += x.data[(image * c + k) * pixels + (flat % pixels)]! ** 2;
    }
    return value / (bias + (alpha / span) * squares) ** beta;
  });
  return { shape: [n, ...x.shape.slice(1)], data };
}

const NORMALIZATIONS: readonly OperatorCase[] = [
  {
    name: 'BatchNormalization',
    op: 'BatchNormalization',
    shapes: [IMAGE, channels, channels, channels, channels],
    fixed: [1, 2, 3, 4],
    domain: positive,
    attributes: { epsilon: float(1e-3) },
    twin: ([x, scale, shift, mean, variance]) =>
      perChannel(
        x!,
        zip(scale!, variance!, (s, v) => s / Math.sqrt(v + 1e-3)),
        zip(
          shift!,
          zip(
            mean!,
            zip(scale!, variance!, (s, v) => s / Math.sqrt(v + 1e-3)),
            (m, s) => m * s,
          ),
          (b, m) => b - m,
        ),
      ),
  },
  {
    name: 'InstanceNormalization',
    op: 'InstanceNormalization',
    shapes: [IMAGE, channels, channels],
    twin: ([x, scale, shift]) => perChannel(standardize(x!, [2, 3], 1e-5), scale!, shift!),
  },
  {
    name: 'GroupNormalization',
    op: 'GroupNormalization',
    opset: 21,
    shapes: [[2, 4, 3, 2], [4], [4]],
    attributes: { num_groups: int(2) },
    twin: ([x, scale, shift]) =>
      perChannel(reshape(standardize(reshape(x!, [2, 2, 12]), [2], 1e-5), [2, 4, 3, 2]), scale!, shift!),
  },
  {
    name: 'LayerNormalization over the last two axes',
    op: 'LayerNormalization',
    shapes: [IMAGE, [4, 5], [4, 5]],
    attributes: { axis: int(-2) },
    twin: ([x, scale, shift]) =>
      zip(
        zip(standardize(x!, [2, 3], 1e-5), scale!, (a, b) => a * b),
        shift!,
        add,
      ),
  },
  {
    name: 'LRN',
    op: 'LRN',
    shapes: [[2, 6, 3, 2]],
    attributes: { size: int(5), alpha: float(0.3), beta: float(0.75), bias: float(2) },
    twin: ([x]) => localResponse(x!, 5, 0.3, 0.75, 2),
  },
  {
    name: 'LpNormalization',
    op: 'LpNormalization',
    shapes: [IMAGE],
    attributes: { axis: int(1) },
    twin: ([x]) =>
      zip(
        x!,
        reduce(x!, [1], true, (values) => Math.hypot(...values)),
        (a, b) => a / b,
      ),
  },
  {
    name: 'Transpose then nothing lost',
    op: 'Transpose',
    shapes: [IMAGE],
    attributes: { perm: ints([0, 2, 3, 1]) },
    twin: ([x]) => transpose(x!, [0, 2, 3, 1]),
  },
];

describe('arithmetic, products and normalizations agree with the float64 twin', () => {
  it.each([...CASES, ...PRODUCTS, ...NORMALIZATIONS])('$name', (given) => checkOperator(given));
});

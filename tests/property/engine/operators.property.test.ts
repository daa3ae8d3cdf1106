/**
 * Operators over their attribute spaces, drawn at random: pools by taps (GPU rule), transposed convolutions, automatic
 * pads, reductions in both forms, broadcasting, softmax of either meaning, normalizations. Forward values and random-direction
 * derivatives are the float64 twin's.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { RULES_WITHOUT_INDICES } from '../../../shared/autodiff/rules/max-pool-by-taps.ts';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { float, int, ints, text } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from '../../unit/engine/check-operator.ts';
import {
  gemm,
  matMul,
  perChannel,
  reduce,
  reshape,
  softmax,
  standardize,
  zip,
} from '../../unit/engine/twin/arithmetic.ts';
import type { Array64 } from '../../unit/engine/twin/array.ts';
import {
  averagePool,
  conv,
  convTranspose,
  maxPool,
  type WindowSpec,
} from '../../unit/engine/twin/windows.ts';

const RUNS = { numRuns: 12, seed: 20240613, endOnFailure: true };
const int1 = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const pair = (min: number, max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(int1(min, max), int1(min, max));

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const away = (value: number): number => 1.5 + value;

const REDUCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceSum: total,
  ReduceMean: (values) => total(values) / values.length,
  ReduceMax: (values) => Math.max(...values),
  ReduceMin: (values) => Math.min(...values),
  ReduceL1: (values) => total(values.map(Math.abs)),
  ReduceL2: (values) => Math.hypot(...values),
  ReduceSumSquare: (values) => total(values.map((value) => value * value)),
  ReduceLogSum: (values) => Math.log(total(values)),
  ReduceLogSumExp: (values) => Math.log(total(values.map(Math.exp))),
};

const reduction: fc.Arbitrary<OperatorCase> = fc
  .record({
    op: fc.constantFrom(...Object.keys(REDUCTIONS)),
    axes: fc.uniqueArray(int1(-4, 3), { minLength: 1, maxLength: 3, selector: (axis) => (axis + 4) % 4 }),
    keepdims: int1(0, 1),
    asInput: fc.boolean(),
  })
  .map(({ op, axes, keepdims, asInput }) => ({
    name: `${op} over [${axes}], keepdims ${keepdims}, ${asInput ? 'input' : 'attribute'}`,
    op,
    opset: asInput ? 18 : 11,
    shapes: [[2, 3, 2, 4]],
    domain: away,
    constants: asInput ? [integers(axes)] : [],
    attributes: { keepdims: int(keepdims), ...(asInput ? {} : { axes: ints(axes) }) },
    twin: ([x]) => reduce(x!, axes, keepdims === 1, REDUCTIONS[op]!),
  }));

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
};

const broadcast: fc.Arbitrary<OperatorCase> = fc
  .record({
    op: fc.constantFrom(...Object.keys(BINARY)),
    left: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    right: fc.array(fc.boolean(), { minLength: 0, maxLength: 4 }),
  })
  .map(({ op, left, right }) => {
    const full = [2, 3, 2, 4];
    const kept = (list: readonly boolean[]): number[] =>
      list.map((keep, axis) => (keep ? full[full.length - list.length + axis]! : 1));
    return {
      name: `${op} of [${kept(left)}] and [${kept(right)}]`,
      op,
      shapes: [kept(left), kept(right)],
      domain: away,
      twin: ([a, b]) => zip(a!, b!, BINARY[op]!),
    };
  });

const softmaxes: fc.Arbitrary<OperatorCase> = fc
  .record({ axis: int1(-3, 2), opset: fc.constantFrom(7, 11, 12, 13, 18), log: fc.boolean() })
  .filter(({ axis, opset }) => opset >= 11 || axis >= 0)
  .map(({ axis, opset, log }) => {
    const first = (axis + 3) % 3;
    const axes = opset < 13 ? [0, 1, 2].slice(first) : [first];
    return {
      name: `${log ? 'LogSoftmax' : 'Softmax'} ${opset} along ${axis}`,
      op: log ? 'LogSoftmax' : 'Softmax',
      opset,
      shapes: [[3, 2, 4]],
      attributes: { axis: int(axis) },
      twin: ([x]) => {
        const result = softmax(x!, axes);
        return log ? { ...result, data: result.data.map(Math.log) } : result;
      },
    };
  });

const windows = fc.record({
  extents: pair(5, 8),
  kernel: pair(1, 3),
  strides: pair(1, 3),
  dilations: pair(1, 2),
});

const poolByTaps: fc.Arbitrary<OperatorCase> = fc
  .record({ window: windows, before: pair(0, 1), after: pair(0, 1), ceil: fc.boolean() })
  .filter(({ window, before, after }) =>
    window.kernel.every((size, axis) => before[axis]! < size && after[axis]! < size),
  )
  .map(({ window, before, after, ceil }) => {
    const spec: WindowSpec = { ...window, pads: [...before, ...after], ceil };
    return {
      name: `MaxPool by taps ${JSON.stringify(spec)}`,
      op: 'MaxPool',
      shapes: [[2, 2, ...window.extents]],
      attributes: {
        kernel_shape: ints(spec.kernel),
        strides: ints(spec.strides),
        dilations: ints(spec.dilations),
        pads: ints(spec.pads),
        ceil_mode: int(Number(ceil)),
      },
      overrides: RULES_WITHOUT_INDICES,
      twin: ([x]) => maxPool(x!, spec),
    };
  });

/** The pads that SAME asks for, by their definition: out = ⌈in ÷ stride⌉. */
function samePads(
  extents: readonly number[],
  { kernel, strides, dilations }: WindowSpec,
  upper: boolean,
): number[] {
  const totals = extents.map((extent, axis) =>
    Math.max(
      0,
      (Math.ceil(extent / strides[axis]!) - 1) * strides[axis]! +
        (kernel[axis]! - 1) * dilations[axis]! +
        1 -
        extent,
    ),
  );
  const less = totals.map((pads) => Math.floor(pads / 2));
  const more = totals.map((pads, axis) => pads - less[axis]!);
  return upper ? [...less, ...more] : [...more, ...less];
}

const automatic: fc.Arbitrary<OperatorCase> = fc
  .record({
    op: fc.constantFrom('Conv', 'MaxPool', 'AveragePool'),
    mode: fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID'),
    window: windows,
    group: int1(1, 2),
  })
  .map(({ op, mode, window, group }) => {
    const dilations = op === 'Conv' ? window.dilations : [1, 1];
    const bare: WindowSpec = { ...window, dilations, pads: [0, 0, 0, 0], group };
    const pads = mode === 'VALID' ? bare.pads : samePads(window.extents, bare, mode === 'SAME_UPPER');
    const spec = { ...bare, pads };
    const image = [1, 2 * group, ...window.extents];
    const twin = (inputs: readonly Array64[]): Array64 =>
      op === 'Conv'
        ? conv(inputs[0]!, inputs[1]!, undefined, spec)
        : (op === 'MaxPool' ? maxPool : averagePool)(inputs[0]!, spec);
    return {
      name: `${op} ${mode} ${JSON.stringify(spec)}`,
      op,
      shapes: op === 'Conv' ? [image, [3 * group, 2, ...window.kernel]] : [image],
      attributes: {
        auto_pad: text(mode),
        kernel_shape: ints(spec.kernel),
        strides: ints(spec.strides),
        ...(op === 'Conv' ? { dilations: ints(dilations), group: int(group) } : {}),
      },
      twin,
    };
  });

const transposed: fc.Arbitrary<OperatorCase> = fc
  .record({ window: windows, before: pair(0, 1), after: pair(0, 1), extra: pair(0, 1), group: int1(1, 2) })
  .map(({ window, before, after, extra, group }) => {
    const outputPadding = extra.map((value, axis) => Math.min(value, window.strides[axis]! - 1));
    // More pads than a window has pixels leave nothing.
    const pads = [...before, ...after].map((pad, at) => Math.min(pad, window.kernel[at % 2]! - 1));
    const spec: WindowSpec = { ...window, pads, group };
    return {
      name: `ConvTranspose ${JSON.stringify(spec)} + [${outputPadding}]`,
      op: 'ConvTranspose',
      shapes: [
        [1, group, 2, 3],
        [group, 2, ...window.kernel],
      ],
      fixed: [1],
      attributes: {
        strides: ints(spec.strides),
        dilations: ints(spec.dilations),
        pads: ints(spec.pads),
        group: int(group),
        output_padding: ints(outputPadding),
      },
      twin: ([x, w]) => convTranspose(x!, w!, spec, outputPadding),
    };
  });

const scaledProducts: fc.Arbitrary<OperatorCase> = fc
  .record({
    transA: int1(0, 1),
    transB: int1(0, 1),
    alpha: fc.constantFrom(1, 0.5, -2),
    beta: fc.constantFrom(1, 0, 3),
    bias: fc.constantFrom([], [1], [4], [3, 1], [3, 4]),
  })
  .map(({ transA, transB, alpha, beta, bias }) => ({
    name: `Gemm ${transA}${transB} ${alpha} ${beta} [${bias}]`,
    op: 'Gemm',
    shapes: [transA ? [2, 3] : [3, 2], transB ? [4, 2] : [2, 4], bias],
    attributes: { transA: int(transA), transB: int(transB), alpha: float(alpha), beta: float(beta) },
    twin: ([a, b, c]) => gemm(a!, b!, c, { alpha, beta, transA, transB }),
  }));

const normalized: fc.Arbitrary<OperatorCase> = fc
  .record({
    op: fc.constantFrom('Instance', 'Group', 'Layer'),
    groups: fc.constantFrom(1, 2, 4),
    axis: int1(-3, -1),
  })
  .map(({ op, groups, axis }): OperatorCase => {
    const [shape, epsilon] = [[2, 4, 2, 3], 1e-3];
    const rest = { op: `${op}Normalization`, domain: away };
    if (op === 'Layer') {
      const kept = shape.slice(axis);
      const axes = kept.map((_, at) => 4 + axis + at);
      return {
        ...rest,
        name: `LayerNormalization from ${axis}`,
        shapes: [shape, kept, kept],
        attributes: { axis: int(axis), epsilon: float(epsilon) },
        twin: ([x, scale, shift]) =>
          zip(zip(standardize(x!, axes, epsilon), scale!, BINARY.Mul!), shift!, BINARY.Add!),
      };
    }
    const parts = op === 'Group' ? groups : 4;
    return {
      ...rest,
      name: `${op}Normalization of ${parts}`,
      opset: 21,
      shapes: [shape, [4], [4]],
      attributes: { epsilon: float(epsilon), ...(op === 'Group' ? { num_groups: int(groups) } : {}) },
      twin: ([x, scale, shift]) =>
        perChannel(reshape(standardize(reshape(x!, [2, parts, -1]), [2], epsilon), shape), scale!, shift!),
    };
  });

const gemms: fc.Arbitrary<OperatorCase> = fc
  .record({
    batch: fc.array(int1(1, 2), { maxLength: 2 }),
    sides: fc.tuple(int1(1, 4), int1(1, 4), int1(1, 4)),
  })
  .map(({ batch, sides: [rows, inner, columns] }) => ({
    name: `MatMul [${batch}] ${rows}×${inner}×${columns}`,
    op: 'MatMul',
    shapes: [
      [...batch, rows, inner],
      [inner, columns],
    ],
    twin: ([a, b]) => matMul(a!, b!),
  }));

const clips = fc
  .record({ low: int1(-3, 0), span: int1(1, 4), opset: fc.constantFrom(7, 11, 18) })
  .map(({ low, span, opset }): OperatorCase => {
    const high = low + span;
    const inputs = opset >= 11;
    return {
      name: `Clip ${low} … ${high}, ${opset}`,
      op: 'Clip',
      opset,
      shapes: [[3, 7]],
      domain: (value) => 5 * value,
      constants: inputs ? [floats([low], []), floats([high], [])] : [],
      attributes: inputs ? {} : { min: float(low), max: float(high) },
      twin: ([x]) => ({ ...x!, data: x!.data.map((value) => Math.min(Math.max(value, low), high)) }),
    };
  });

const SPACES: Readonly<Record<string, fc.Arbitrary<OperatorCase>>> = {
  'max-pools by taps': poolByTaps,
  'automatic pads': automatic,
  'transposed convolutions': transposed,
  reductions: reduction,
  broadcasting: broadcast,
  'softmax before and since operator set 13': softmaxes,
  'products of matrices': gemms,
  'scaled products with a broadcast bias': scaledProducts,
  normalizations: normalized,
  clips,
};

describe('operators over their attributes', () => {
  it.each(Object.entries(SPACES))('%s', async (_name, space) => {
    await fc.assert(
      fc.asyncProperty(space, (given) => checkOperator(given)),
      RUNS,
    );
  });
});

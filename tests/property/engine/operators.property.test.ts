/**
 * Operators over their attribute spaces, drawn at random: pools by taps (GPU rule), transposed convolutions, automatic
 * pads, reductions in both forms, broadcasting, softmax of either meaning, moves. Forward values and random-direction
 * derivatives are the float64 twin's.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { RULES_WITHOUT_INDICES } from '../../../shared/autodiff/rules/max-pool-by-taps.ts';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { float, int, ints, text } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from '../../unit/engine/check-operator.ts';
import {
  concat,
  matMul,
  move,
  reduce,
  reshape,
  softmax,
  transpose,
  zip,
} from '../../unit/engine/twin/arithmetic.ts';
import { type Array64, generate } from '../../unit/engine/twin/array.ts';
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

const SHAPE = [2, 3, 4];
const moves: fc.Arbitrary<OperatorCase> = fc.oneof(
  fc.shuffledSubarray([0, 1, 2], { minLength: 3 }).map((order) => ({
    name: `Transpose [${order}]`,
    op: 'Transpose',
    shapes: [SHAPE],
    attributes: { perm: ints(order) },
    twin: ([x]: readonly Array64[]) => transpose(x!, order),
  })),
  fc.record({ axis: int1(-3, 2), second: int1(1, 3) }).map(({ axis, second }) => {
    const other = SHAPE.map((extent, at) => (at === (axis + 3) % 3 ? second : extent));
    return {
      name: `Concat along ${axis}`,
      op: 'Concat',
      shapes: [SHAPE, other],
      attributes: { axis: int(axis) },
      twin: (parts: readonly Array64[]) => concat(parts, (axis + 3) % 3),
    };
  }),
  fc.tuple(int1(-6, 5), int1(-6, 9), fc.constantFrom(1, 2, 3, -1, -2)).map(([begin, end, step]) => {
    const picked = slicePositions(6, begin, end, step);
    return {
      name: `Slice ${begin}:${end}:${step} gives ${picked.length}`,
      op: 'Slice',
      shapes: [[2, 6]],
      constants: [integers([begin]), integers([end]), integers([-1]), integers([step])],
      twin: ([x]: readonly Array64[]) => move(x!, [2, picked.length], ([row, at]) => [row!, picked[at!]!]),
    };
  }),
  fc.tuple(int1(-2, 1), fc.array(int1(-4, 3), { minLength: 1, maxLength: 5 })).map(([axis, list]) => {
    const at = (axis + 2) % 2;
    const inside = list.map((position) => Math.max(-[3, 4][at]!, Math.min([2, 3][at]!, position)));
    return {
      name: `Gather [${inside}] along ${axis}`,
      op: 'Gather',
      shapes: [[3, 4]],
      constants: [integers(inside)],
      attributes: { axis: int(axis) },
      twin: ([x]: readonly Array64[]) =>
        generate(at === 0 ? [inside.length, 4] : [3, inside.length], (index) => {
          const picked = (inside[index[at]!]! + [3, 4][at]!) % [3, 4][at]!;
          return x!.data[at === 0 ? picked * 4 + index[1]! : index[0]! * 4 + picked]!;
        }),
    };
  }),
  fc
    .tuple(int1(0, 2), int1(0, 2), fc.constantFrom('constant', 'reflect', 'edge', 'wrap'))
    .map(([a, b, mode]) => ({
      name: `Pad ${a}, ${b} ${mode}`,
      op: 'Pad',
      shapes: [[2, 4]],
      constants: [integers([0, a, 0, b]), floats([0], [])],
      attributes: { mode: text(mode) },
      twin: ([x]: readonly Array64[]) =>
        move(x!, [2, 4 + a + b], ([row, at]) => {
          const from = borderOf(at! - a, 4, mode);
          return from === undefined ? undefined : [row!, from];
        }),
    })),
  fc.constantFrom(-3, -2, -1, 0, 1, 2, 3).map((axis) => {
    const at = axis < 0 ? axis + 3 : axis;
    const rows = SHAPE.slice(0, at).reduce((a, b) => a * b, 1);
    return {
      name: `Flatten from ${axis}`,
      op: 'Flatten',
      shapes: [SHAPE],
      attributes: { axis: int(axis) },
      twin: ([x]: readonly Array64[]) => reshape(x!, [rows, -1]),
    };
  }),
);

/** Python's positions of `begin:end:step`. */
function slicePositions(extent: number, begin: number, end: number, step: number): number[] {
  const from = begin < 0 ? begin + extent : begin;
  const to = end < 0 ? end + extent : end;
  const positions: number[] = [];
  for (let at = from; step > 0 ? at < Math.min(to, extent) : at > to; at += step) {
    if (at >= 0 && at < extent) positions.push(at);
  }
  return positions;
}

function borderOf(at: number, extent: number, mode: string): number | undefined {
  if (at >= 0 && at < extent) return at;
  if (mode === 'constant') return undefined;
  if (mode === 'edge') return at < 0 ? 0 : extent - 1;
  if (mode === 'wrap') return (at + extent) % extent;
  return at < 0 ? -at : 2 * (extent - 1) - at;
}

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
  'moved elements': moves.filter(({ name }) => !name.endsWith('gives 0')) as fc.Arbitrary<OperatorCase>,
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

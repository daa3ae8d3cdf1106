import { describe, it } from 'vitest';
import type { Attributes } from '../../../shared/onnx/graph.ts';
import { int, ints, text } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from './check-operator.ts';
import { map } from './twin/arithmetic.ts';
import { averagePool, conv, convTranspose, maxPool, type WindowSpec } from './twin/windows.ts';

interface ConvCase {
  readonly name: string;
  readonly image: readonly number[];
  readonly weight: readonly number[];
  readonly bias?: boolean;
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads?: readonly number[];
  readonly group?: number;
  readonly autoPad?: string;
}

function specOf(given: ConvCase): WindowSpec {
  const kernel = given.weight.slice(2);
  return {
    kernel,
    strides: given.strides ?? kernel.map(() => 1),
    dilations: given.dilations ?? kernel.map(() => 1),
    pads: given.pads ?? [...kernel, ...kernel].map(() => 0),
    group: given.group ?? 1,
  };
}

function attributesOf(given: ConvCase): Attributes {
  return {
    ...(given.strides ? { strides: ints(given.strides) } : {}),
    ...(given.dilations ? { dilations: ints(given.dilations) } : {}),
    ...(given.pads && !given.autoPad ? { pads: ints(given.pads) } : {}),
    ...(given.group ? { group: int(given.group) } : {}),
    ...(given.autoPad ? { auto_pad: text(given.autoPad) } : {}),
  };
}

const CONVOLUTIONS: readonly ConvCase[] = [
  { name: '3×3 same', image: [2, 3, 6, 7], weight: [4, 3, 3, 3], pads: [1, 1, 1, 1], bias: true },
  { name: '3×3 valid', image: [2, 3, 6, 7], weight: [4, 3, 3, 3] },
  { name: 'gray image, 4×4 pixels at once', image: [2, 1, 8, 12], weight: [3, 1, 3, 3], pads: [1, 1, 1, 1] },
  { name: 'color image, 2×2 pixels at once', image: [1, 3, 6, 8], weight: [5, 3, 5, 3], pads: [2, 1, 2, 1] },
  { name: '1×1', image: [2, 3, 4, 5], weight: [4, 3, 1, 1], bias: true },
  { name: '1×1 stride 2', image: [2, 3, 5, 6], weight: [4, 3, 1, 1], strides: [2, 2] },
  {
    name: '3×3 stride 2, odd extents',
    image: [2, 3, 7, 9],
    weight: [4, 3, 3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  },
  {
    name: '3×3 stride 2, even extents',
    image: [2, 3, 8, 6],
    weight: [4, 3, 3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  },
  {
    name: '7×7 stride 2 stem',
    image: [1, 3, 15, 14],
    weight: [4, 3, 7, 7],
    strides: [2, 2],
    pads: [3, 3, 3, 3],
  },
  {
    name: '5×5 stride 3, uneven pads',
    image: [1, 2, 11, 12],
    weight: [3, 2, 5, 5],
    strides: [3, 3],
    pads: [2, 1, 0, 2],
  },
  { name: 'stride wider than the kernel', image: [1, 2, 9, 10], weight: [3, 2, 2, 2], strides: [3, 4] },
  { name: 'unequal strides', image: [1, 2, 9, 8], weight: [3, 2, 3, 3], strides: [2, 1], pads: [1, 1, 1, 1] },
  { name: 'dilated', image: [1, 2, 9, 8], weight: [3, 2, 3, 3], dilations: [2, 2], pads: [2, 2, 2, 2] },
  {
    name: 'dilated and strided',
    image: [1, 2, 10, 9],
    weight: [3, 2, 3, 3],
    dilations: [2, 3],
    strides: [2, 2],
    pads: [2, 3, 2, 3],
  },
  { name: 'uneven pads', image: [1, 2, 6, 7], weight: [3, 2, 3, 3], pads: [2, 0, 1, 1] },
  { name: 'pads beyond the kernel', image: [1, 2, 5, 5], weight: [3, 2, 2, 2], pads: [2, 2, 2, 2] },
  { name: '1×5 kernel', image: [1, 2, 5, 8], weight: [3, 2, 1, 5], pads: [0, 2, 0, 2] },
  { name: 'two groups', image: [2, 4, 5, 6], weight: [6, 2, 3, 3], group: 2, pads: [1, 1, 1, 1], bias: true },
  {
    name: 'two groups, stride 2',
    image: [2, 4, 6, 6],
    weight: [6, 2, 3, 3],
    group: 2,
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  },
  { name: 'depthwise', image: [2, 4, 6, 5], weight: [4, 1, 3, 3], group: 4, pads: [1, 1, 1, 1], bias: true },
  {
    name: 'depthwise, stride 2',
    image: [2, 4, 6, 7],
    weight: [4, 1, 3, 3],
    group: 4,
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  },
  { name: 'depthwise with multiplier', image: [1, 3, 5, 6], weight: [6, 1, 3, 3], group: 3 },
  { name: 'many channels', image: [1, 20, 5, 5], weight: [17, 20, 3, 3], pads: [1, 1, 1, 1] },
  { name: 'one-dimensional', image: [2, 3, 9], weight: [4, 3, 3], strides: [2], pads: [1, 1] },
  {
    name: 'SAME_UPPER, stride 2',
    image: [1, 2, 7, 8],
    weight: [3, 2, 3, 3],
    autoPad: 'SAME_UPPER',
    strides: [2, 2],
    pads: [1, 0, 1, 1],
  },
  {
    name: 'SAME_LOWER, stride 2',
    image: [1, 2, 7, 8],
    weight: [3, 2, 3, 3],
    autoPad: 'SAME_LOWER',
    strides: [2, 2],
    pads: [1, 1, 1, 0],
  },
  {
    name: 'SAME_UPPER, 4×4 kernel',
    image: [1, 2, 6, 6],
    weight: [3, 2, 4, 4],
    autoPad: 'SAME_UPPER',
    pads: [1, 1, 2, 2],
  },
  { name: 'VALID', image: [1, 2, 6, 6], weight: [3, 2, 3, 3], autoPad: 'VALID' },
];

function convCase(given: ConvCase): OperatorCase {
  return {
    name: `Conv ${given.name}`,
    op: 'Conv',
    shapes: [given.image, given.weight, ...(given.bias ? [[given.weight[0]!]] : [])],
    attributes: attributesOf(given),
    twin: ([x, w, b]) => conv(x!, w!, b, specOf(given)),
  };
}

const TRANSPOSED: readonly (ConvCase & { readonly extra?: readonly number[] })[] = [
  { name: 'stride 2', image: [1, 3, 4, 5], weight: [3, 2, 3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  {
    name: 'stride 2 with output padding',
    image: [1, 3, 4, 5],
    weight: [3, 2, 3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    extra: [1, 1],
  },
  { name: '2×2 blocks', image: [1, 3, 3, 4], weight: [3, 2, 2, 2], strides: [2, 2] },
  { name: 'grouped', image: [1, 4, 3, 4], weight: [4, 2, 3, 3], strides: [2, 2], group: 2 },
];

interface PoolCase {
  readonly name: string;
  readonly image: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  readonly ceil?: boolean;
  readonly countPads?: boolean;
}

const POOLS: readonly PoolCase[] = [
  { name: '2×2', image: [2, 3, 6, 8], kernel: [2, 2], strides: [2, 2] },
  { name: '2×2, odd extents', image: [2, 3, 7, 5], kernel: [2, 2], strides: [2, 2] },
  { name: '2×2, odd extents, ceil_mode', image: [2, 3, 7, 5], kernel: [2, 2], strides: [2, 2], ceil: true },
  { name: '3×3 stride 2 padded', image: [2, 3, 8, 9], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { name: '3×3 stride 2, ceil_mode', image: [2, 3, 8, 10], kernel: [3, 3], strides: [2, 2], ceil: true },
  {
    name: '3×3 stride 2 padded, ceil_mode',
    image: [1, 2, 7, 8],
    kernel: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil: true,
  },
  { name: '3×3 stride 1', image: [1, 2, 5, 6], kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
  {
    name: '3×2 stride 1×2, uneven pads',
    image: [1, 2, 6, 7],
    kernel: [3, 2],
    strides: [1, 2],
    pads: [0, 0, 2, 1],
  },
  { name: '2×2 stride 3', image: [1, 2, 8, 9], kernel: [2, 2], strides: [3, 3] },
  { name: '3×3 stride 3 padded', image: [1, 2, 8, 7], kernel: [3, 3], strides: [3, 3], pads: [1, 1, 1, 1] },
  { name: 'one-dimensional', image: [2, 3, 9], kernel: [3], strides: [2] },
];

function poolSpec({ kernel, strides, pads, dilations, ceil, countPads }: PoolCase): WindowSpec {
  return {
    kernel,
    strides,
    dilations: dilations ?? kernel.map(() => 1),
    pads: pads ?? [...kernel, ...kernel].map(() => 0),
    ceil: ceil ?? false,
    countPads: countPads ?? false,
  };
}

function poolCase(op: 'MaxPool' | 'AveragePool', given: PoolCase): OperatorCase {
  const attributes: Attributes = {
    kernel_shape: ints(given.kernel),
    strides: ints(given.strides),
    ...(given.pads ? { pads: ints(given.pads) } : {}),
    ...(given.dilations ? { dilations: ints(given.dilations) } : {}),
    ...(given.ceil ? { ceil_mode: int(1) } : {}),
    ...(given.countPads ? { count_include_pad: int(1) } : {}),
  };
  const suffix = given.countPads ? ', pads counted' : '';
  const twin = op === 'MaxPool' ? maxPool : averagePool;
  return {
    name: `${op} ${given.name}${suffix}`,
    op,
    shapes: [given.image],
    attributes,
    twin: ([x]) => twin(x!, poolSpec(given)),
  };
}

const whole: WindowSpec = { kernel: [4, 5], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

describe('convolutions and pools agree with the float64 twin', () => {
  it.each(CONVOLUTIONS.map(convCase))('$name', (given) => checkOperator(given));

  it.each(CONVOLUTIONS.map(convCase))('$name, weights in the file', (given) =>
    checkOperator({ ...given, weights: 'constant' }),
  );

  it.each(
    TRANSPOSED.map((given): OperatorCase => {
      const extra = given.extra ?? [0, 0];
      return {
        name: `ConvTranspose ${given.name}`,
        op: 'ConvTranspose',
        shapes: [given.image, given.weight],
        fixed: [1],
        attributes: { ...attributesOf(given), ...(given.extra ? { output_padding: ints(extra) } : {}) },
        twin: ([x, w]) => convTranspose(x!, w!, specOf(given), extra),
      };
    }),
  )('$name', (given) => checkOperator(given));

  it.each(POOLS.map((given) => poolCase('MaxPool', given)))('$name', (given) => checkOperator(given));

  it('MaxPool dilated', () =>
    checkOperator(
      poolCase('MaxPool', {
        name: 'dilated',
        image: [1, 2, 8, 9],
        kernel: [2, 3],
        strides: [2, 1],
        dilations: [2, 2],
      }),
    ));

  it.each(
    POOLS.flatMap((given) => [
      poolCase('AveragePool', given),
      poolCase('AveragePool', { ...given, countPads: true }),
    ]),
  )('$name', (given) => checkOperator(given));

  it.each([
    {
      name: 'GlobalAveragePool',
      op: 'GlobalAveragePool',
      shapes: [[2, 3, 4, 5]],
      twin: ([x]) => averagePool(x!, whole),
    },
    { name: 'GlobalMaxPool', op: 'GlobalMaxPool', shapes: [[2, 3, 4, 5]], twin: ([x]) => maxPool(x!, whole) },
    {
      name: 'LpPool',
      op: 'LpPool',
      shapes: [[2, 3, 4, 5]],
      domain: (value: number) => 1.5 + value,
      attributes: { kernel_shape: ints([2, 3]) },
      twin: ([x]) => {
        const spec = { ...whole, kernel: [2, 3] };
        return map(
          averagePool(
            map(x!, (v) => v * v),
            spec,
          ),
          (mean) => Math.sqrt(6 * mean),
        );
      },
    },
  ] satisfies OperatorCase[])('$name', (given: OperatorCase) => checkOperator(given));
});

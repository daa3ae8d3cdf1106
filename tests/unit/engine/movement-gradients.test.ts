import { describe, it } from 'vitest';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { float, int, ints, text } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from './check-operator.ts';
import { concat, move, reshape, transpose } from './twin/arithmetic.ts';
import type { Index } from './twin/array.ts';
import { generate } from './twin/array.ts';

const IMAGE = [2, 4, 4, 6];

function moved(
  name: string,
  op: string,
  shape: readonly number[],
  from: (index: Index) => Index | undefined,
  extra: Partial<OperatorCase> = {},
): OperatorCase {
  return { name, op, shapes: [IMAGE], twin: ([x]) => move(x!, shape, from), ...extra };
}

const reflect = (at: number, extent: number): number =>
  at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at;
const clamp = (at: number, extent: number): number => Math.min(Math.max(at, 0), extent - 1);

const CASES: readonly OperatorCase[] = [
  { name: 'Flatten', op: 'Flatten', shapes: [IMAGE], twin: ([x]) => reshape(x!, [2, 96]) },
  {
    name: 'Flatten from axis 2',
    op: 'Flatten',
    shapes: [IMAGE],
    attributes: { axis: int(2) },
    twin: ([x]) => reshape(x!, [8, 24]),
  },
  {
    name: 'Reshape with 0 and −1',
    op: 'Reshape',
    shapes: [IMAGE],
    constants: [integers([0, -1])],
    twin: ([x]) => reshape(x!, [2, 96]),
  },
  {
    name: 'Transpose',
    op: 'Transpose',
    shapes: [IMAGE],
    attributes: { perm: ints([0, 2, 3, 1]) },
    twin: ([x]) => transpose(x!, [0, 2, 3, 1]),
  },
  {
    name: 'Transpose of all axes',
    op: 'Transpose',
    shapes: [IMAGE],
    twin: ([x]) => transpose(x!, [3, 2, 1, 0]),
  },
  {
    name: 'Squeeze by input',
    op: 'Squeeze',
    shapes: [[2, 3, 1, 1]],
    constants: [integers([2, 3])],
    twin: ([x]) => reshape(x!, [2, 3]),
  },
  {
    name: 'Squeeze by attribute',
    op: 'Squeeze',
    opset: 11,
    shapes: [[2, 3, 1, 1]],
    attributes: { axes: ints([-1]) },
    twin: ([x]) => reshape(x!, [2, 3, 1]),
  },
  {
    name: 'Unsqueeze by attribute',
    op: 'Unsqueeze',
    opset: 11,
    shapes: [[2, 3]],
    attributes: { axes: ints([0, 3]) },
    twin: ([x]) => reshape(x!, [1, 2, 3, 1]),
  },
  {
    name: 'Unsqueeze by input',
    op: 'Unsqueeze',
    shapes: [[2, 3]],
    constants: [integers([-1])],
    twin: ([x]) => reshape(x!, [2, 3, 1]),
  },
  { name: 'Identity', op: 'Identity', shapes: [IMAGE], twin: ([x]) => x! },
  { name: 'Dropout', op: 'Dropout', shapes: [IMAGE], twin: ([x]) => x! },
  { name: 'Cast to float', op: 'Cast', shapes: [IMAGE], attributes: { to: int(1) }, twin: ([x]) => x! },
  {
    name: 'Concat of three',
    op: 'Concat',
    shapes: [
      [2, 3, 4, 5],
      [2, 1, 4, 5],
      [2, 2, 4, 5],
    ],
    attributes: { axis: int(1) },
    twin: (parts) => concat(parts, 1),
  },
  {
    name: 'Split and Concat back',
    op: 'Split',
    shapes: [IMAGE],
    outputs: 2,
    constants: [integers([1, 3])],
    attributes: { axis: int(1) },
    twin: ([x]) => x!,
  },
  {
    name: 'Split by attribute',
    op: 'Split',
    opset: 11,
    shapes: [IMAGE],
    outputs: 2,
    attributes: { axis: int(1), split: ints([3, 1]) },
    twin: ([x]) => x!,
  },
  moved('Slice by inputs', 'Slice', [2, 2, 4, 3], ([n, c, y, x]) => [n!, c! + 1, y!, x! + 2], {
    constants: [integers([1, 2]), integers([3, -1]), integers([1, 3])],
  }),
  moved('Slice by attributes to the end', 'Slice', [2, 4, 2, 6], ([n, c, y, x]) => [n!, c!, y! + 2, x!], {
    opset: 9,
    attributes: { starts: ints([2]), ends: ints([2 ** 53]), axes: ints([2]) },
  }),
  moved('Slice with step 2', 'Slice', [2, 4, 2, 3], ([n, c, y, x]) => [n!, c!, 2 * y! + 1, 2 * x!], {
    constants: [integers([1, 0]), integers([4, 6]), integers([2, 3]), integers([2, 2])],
  }),
  moved('Slice backwards', 'Slice', [2, 4, 4, 6], ([n, c, y, x]) => [n!, c!, y!, 5 - x!], {
    constants: [integers([-1]), integers([-(2 ** 53)]), integers([3]), integers([-1])],
  }),
  moved(
    'Pad by inputs',
    'Pad',
    [2, 5, 6, 6],
    ([n, c, y, x]) => (c! < 4 && y! >= 2 ? [n!, c!, y! - 2, x!] : undefined),
    {
      constants: [integers([0, 0, 2, 0, 0, 1, 0, 0]), floats([0], [])],
    },
  ),
  moved(
    'Pad by attributes',
    'Pad',
    [2, 4, 6, 6],
    ([n, c, y, x]) => (y! >= 1 && y! <= 4 ? [n!, c!, y! - 1, x!] : undefined),
    {
      opset: 9,
      attributes: { pads: ints([0, 0, 1, 0, 0, 0, 1, 0]), mode: text('constant'), value: float(0) },
    },
  ),
  moved(
    'Pad by reflection',
    'Pad',
    [2, 4, 7, 9],
    ([n, c, y, x]) => [n!, c!, reflect(y! - 2, 4), reflect(x! - 1, 6)],
    {
      constants: [integers([0, 0, 2, 1, 0, 0, 1, 2])],
      attributes: { mode: text('reflect') },
    },
  ),
  moved(
    'Pad by the edge',
    'Pad',
    [2, 4, 7, 9],
    ([n, c, y, x]) => [n!, c!, clamp(y! - 2, 4), clamp(x! - 1, 6)],
    {
      constants: [integers([0, 0, 2, 1, 0, 0, 1, 2])],
      attributes: { mode: text('edge') },
    },
  ),
  moved('Pad by a negative amount', 'Pad', [2, 4, 4, 4], ([n, c, y, x]) => [n!, c!, y!, x! + 1], {
    constants: [integers([0, 0, 0, -1, 0, 0, 0, -1])],
  }),
  moved('Gather with repeats', 'Gather', [2, 5, 4, 6], ([n, c, y, x]) => [n!, [3, 0, 0, 2, 3][c!]!, y!, x!], {
    constants: [integers([3, 0, 0, -2, 3])],
    attributes: { axis: int(1) },
  }),
  moved('Gather of one', 'Gather', [2, 4, 4], ([n, c, y]) => [n!, c!, y!, 4], {
    constants: [integers([4], [])],
    attributes: { axis: int(3) },
  }),
  {
    name: 'Expand',
    op: 'Expand',
    shapes: [[2, 3, 1, 1]],
    constants: [integers([2, 3, 4, 5])],
    twin: ([x]) => move(x!, [2, 3, 4, 5], ([n, c]) => [n!, c!, 0, 0]),
  },
  moved('Tile', 'Tile', [2, 8, 4, 18], ([n, c, y, x]) => [n!, c! % 4, y!, x! % 6], {
    constants: [integers([1, 2, 1, 3])],
  }),
  moved(
    'DepthToSpace DCR',
    'DepthToSpace',
    [2, 1, 8, 12],
    ([n, c, y, x]) => [n!, (y! % 2) * 2 + (x! % 2) + c!, y! >> 1, x! >> 1],
    {
      attributes: { blocksize: int(2) },
    },
  ),
  moved(
    'DepthToSpace CRD',
    'DepthToSpace',
    [2, 1, 8, 12],
    ([n, c, y, x]) => [n!, c! * 4 + (y! % 2) * 2 + (x! % 2), y! >> 1, x! >> 1],
    {
      attributes: { blocksize: int(2), mode: text('CRD') },
    },
  ),
  moved(
    'SpaceToDepth',
    'SpaceToDepth',
    [2, 16, 2, 3],
    ([n, c, y, x]) => [n!, c! % 4, 2 * y! + (c! >> 3), 2 * x! + ((c! >> 2) % 2)],
    {
      attributes: { blocksize: int(2) },
    },
  ),
];

/** Linear interpolation of one axis by its definition: source coordinate, two neighbours, clamped borders. */
function linear(
  name: string,
  coordinates: string,
  source: (at: number, from: number, to: number) => number,
): OperatorCase {
  const to = [7, 9];
  return {
    name: `Resize linear ${name}`,
    op: 'Resize',
    shapes: [[1, 2, 4, 6]],
    constants: ['', '', integers([1, 2, ...to])],
    attributes: { mode: text('linear'), coordinate_transformation_mode: text(coordinates) },
    twin: ([x]) =>
      generate([1, 2, ...to], ([n, c, row, column]) => {
        const [height, width] = [4, 6];
        const y = source(row!, height, to[0]!);
        const u = source(column!, width, to[1]!);
        let total = 0;
        for (const [dy, wy] of [
          [0, 1 - (y - Math.floor(y))],
          [1, y - Math.floor(y)],
        ] as const) {
          for (const [dx, wx] of [
            [0, 1 - (u - Math.floor(u))],
            [1, u - Math.floor(u)],
          ] as const) {
            const index = [clamp(Math.floor(y) + dy, height), clamp(Math.floor(u) + dx, width)] as const;
            total += wy * wx * x!.data[((n! * 2 + c!) * height + index[0]) * width + index[1]]!;
          }
        }
        return total;
      }),
  };
}

const RESIZES: readonly OperatorCase[] = [
  moved('Resize nearest ×2', 'Resize', [2, 4, 8, 12], ([n, c, y, x]) => [n!, c!, y! >> 1, x! >> 1], {
    constants: ['', floats([1, 1, 2, 2])],
    attributes: {
      mode: text('nearest'),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    },
  }),
  moved(
    'Upsample nearest ×3',
    'Upsample',
    [2, 4, 12, 18],
    ([n, c, y, x]) => [n!, c!, Math.floor(y! / 3), Math.floor(x! / 3)],
    {
      opset: 9,
      constants: [floats([1, 1, 3, 3])],
    },
  ),
  moved('Resize nearest by half', 'Resize', [2, 4, 2, 3], ([n, c, y, x]) => [n!, c!, 2 * y!, 2 * x!], {
    constants: ['', floats([1, 1, 0.5, 0.5])],
    attributes: {
      mode: text('nearest'),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    },
  }),
  linear('half_pixel', 'half_pixel', (at, from, to) => ((at + 0.5) * from) / to - 0.5),
  linear('align_corners', 'align_corners', (at, from, to) => (at * (from - 1)) / (to - 1)),
  linear('asymmetric', 'asymmetric', (at, from, to) => (at * from) / to),
];

describe('operators that move elements agree with the float64 twin', () => {
  it.each([...CASES, ...RESIZES])('$name', (given) => checkOperator(given));
});

/**
 * Lowering of Resize and Upsample: separable, so one interpolation matrix per resized axis.
 *
 * y = A·x along the axis, A[out, in] the weight of source pixel `in` in output pixel `out`. Nearest with whole
 * factors stays a Resize, which engines run faster. Source: ONNX operator Resize, attributes
 * coordinate_transformation_mode, nearest_mode, cubic_coeff_a; borders repeat the last pixel.
 *
 * Extents and source coordinates are rounded to float32 where onnxruntime rounds them, since one rounding more or less
 * decides which pixel is nearest: 10 · float32(0.7) is 7 in float32 and 6.9999999 in float64. As there, an axis
 * of scale 1 is left as it is, and so is an image whose size stays, whatever the mode.
 */
import { floats } from '../constant.ts';
import { ints, type Node, numberOf, text, textOf } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { type Lowering, lowering } from '../lowering.ts';
import { refusal } from '../refusal.ts';
import { listOf } from './shape.ts';

const { fround } = Math;

interface Interpolation {
  readonly mode: string;
  readonly coordinates: string;
  /** Of mode nearest; `simple` is what operators without such an attribute do. */
  readonly rounding: string;
  readonly cubic: number;
}

const upsample: Lowering['lower'] = (node, graph) => {
  const scales = listOf(node, graph, 'scales', 1)!;
  const mode = textOf(node, 'mode', 'nearest');
  return resample(node, graph, scales, undefined, {
    mode,
    coordinates: 'asymmetric',
    rounding: 'simple',
    cubic: 0,
  });
};

const resize: Lowering['lower'] = (node, graph) => {
  const older = node.inputs.length === 2;
  const scales = graph.constantOf(node.inputs[older ? 1 : 2]);
  const sizes = graph.constantOf(node.inputs[3]);
  if (!scales && !sizes) throw refusal(['Resize whose size is computed from the image']);
  for (const name of ['antialias', 'exclude_outside']) {
    if (numberOf(node, name, 0) === 1) throw refusal([`Resize with ${name}`]);
  }
  if (node.attributes.axes || textOf(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch') {
    throw refusal(['Resize with axes or an aspect ratio policy']);
  }
  const given = sizes && sizes.data.length > 0 ? undefined : [...scales!.data];
  return resample(node, graph, given, sizes && [...sizes.data], {
    mode: textOf(node, 'mode', 'nearest'),
    coordinates: textOf(node, 'coordinate_transformation_mode', older ? 'asymmetric' : 'half_pixel'),
    rounding: textOf(node, 'nearest_mode', older ? 'simple' : 'round_prefer_floor'),
    cubic: numberOf(node, 'cubic_coeff_a', -0.75),
  });
};

function resample(
  node: Node,
  graph: GraphBuilder,
  scales: readonly number[] | undefined,
  sizes: readonly number[] | undefined,
  how: Interpolation,
): string {
  const input = node.inputs[0]!;
  const from = graph.shape(input);
  const to = scales ? from.map((extent, axis) => Math.trunc(fround(extent * scales[axis]!))) : sizes!;
  if (from.every((extent, axis) => extent === to[axis])) return input;
  const matrices = from.map((extent, axis) =>
    interpolationMatrix(extent, to[axis]!, scales?.[axis] ?? fround(to[axis]! / extent), how),
  );
  const repeats = from.every((extent, axis) => repeatsWhole(matrices[axis]!, extent, to[axis]!));
  if (repeats && from[0] === to[0] && from[1] === to[1]) {
    return graph.op('Resize', [input, '', '', graph.vector(to)], {
      mode: text('nearest'),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    });
  }
  return from.reduce((value, extent, axis) => {
    if (isIdentity(matrices[axis]!, extent, to[axis]!)) return value;
    return matrixAlong(graph, value, axis, matrices[axis]!, [to[axis]!, extent]);
  }, input);
}

/** A·x along one axis. */
export function matrixAlong(
  graph: GraphBuilder,
  input: string,
  axis: number,
  matrix: Float32Array,
  [rows, columns]: readonly [number, number],
): string {
  const rank = graph.shape(input).length;
  const last = rank - 1;
  if (axis === last) {
    const transposed = new Float32Array(matrix.length);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++)
        transposed[column * rows + row] = matrix[row * columns + column]!;
    }
    return graph.op('MatMul', [input, graph.constant(floats(transposed, [columns, rows]))]);
  }
  const weights = graph.constant(floats(matrix, [rows, columns]));
  if (axis === last - 1) return graph.op('MatMul', [weights, input]);
  const order = Array.from({ length: rank }, (_, other) =>
    other === axis ? last - 1 : other === last - 1 ? axis : other,
  );
  const swap = (value: string): string => graph.op('Transpose', [value], { perm: ints(order) });
  return swap(graph.op('MatMul', [weights, swap(input)]));
}

function interpolationMatrix(from: number, to: number, scale: number, how: Interpolation): Float32Array {
  const matrix = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const at = sourceCoordinate(row, from, to, scale, how.coordinates);
    for (const [index, weight] of taps(scale === 1 ? row : at, scale < 1, how)) {
      matrix[row * from + Math.min(Math.max(index, 0), from - 1)]! += weight;
    }
  }
  return matrix;
}

function sourceCoordinate(row: number, from: number, to: number, scale: number, mode: string): number {
  const center = fround(fround(row + 0.5) / scale);
  switch (mode) {
    case 'asymmetric':
      return fround(row / scale);
    case 'half_pixel':
      return fround(center - 0.5);
    case 'pytorch_half_pixel':
      return to > 1 ? fround(center - 0.5) : 0;
    case 'tf_half_pixel_for_nn':
      return center;
    case 'align_corners':
      return to > 1 ? fround(fround(row * (from - 1)) / (to - 1)) : 0;
    default:
      throw refusal([`Resize with coordinates ${mode}`]);
  }
}

function taps(at: number, shrinks: boolean, { mode, rounding, cubic }: Interpolation): [number, number][] {
  if (mode === 'nearest') return [[roundBy(rounding, at, shrinks), 1]];
  const base = Math.floor(at);
  const part = at - base;
  if (mode === 'linear' || mode === 'bilinear')
    return [
      [base, 1 - part],
      [base + 1, part],
    ];
  if (mode !== 'cubic') throw refusal([`Resize of mode ${mode}`]);
  return [-1, 0, 1, 2].map((step) => [base + step, cubicWeight(Math.abs(part - step), cubic)]);
}

function roundBy(rounding: string, at: number, shrinks: boolean): number {
  if (rounding === 'simple') return shrinks ? Math.ceil(at) : Math.floor(at);
  if (rounding === 'floor') return Math.floor(at);
  if (rounding === 'ceil') return Math.ceil(at);
  return rounding === 'round_prefer_ceil' ? Math.floor(at + 0.5) : Math.ceil(at - 0.5);
}

/** Keys' kernel (1981, eq. 4) with free parameter a. */
function cubicWeight(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}

function isIdentity(matrix: Float32Array, from: number, to: number): boolean {
  return from === to && matrix.every((weight, at) => weight === (at % (from + 1) === 0 ? 1 : 0));
}

/** Whether output pixel i takes exactly pixel ⌊i·from/to⌋, with a whole factor. */
function repeatsWhole(matrix: Float32Array, from: number, to: number): boolean {
  const factor = to / from;
  if (!Number.isInteger(factor)) return false;
  return matrix.every(
    (weight, at) => weight === (Math.floor(Math.floor(at / from) / factor) === at % from ? 1 : 0),
  );
}

export const RESIZE_LOWERINGS: readonly Lowering[] = [
  lowering('Resize', resize),
  lowering('Upsample', upsample),
];

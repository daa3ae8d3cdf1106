/**
 * Operators that move elements, over their attributes: forward values and random-direction derivatives are the float64
 * twin's. Axes count from either end; slices run forward and back; borders are filled in every mode.
 */
import fc from 'fast-check';
import { it } from 'vitest';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { int, ints, text } from '../../../shared/onnx/graph.ts';
import { checkOperator, type OperatorCase } from '../../unit/engine/check-operator.ts';
import { concat, move, reshape, transpose } from '../../unit/engine/twin/arithmetic.ts';
import { type Array64, generate } from '../../unit/engine/twin/array.ts';

const int1 = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

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

it('moved elements: any axis, step, index and border', async () => {
  const some = moves.filter(({ name }) => !name.endsWith('gives 0'));
  await fc.assert(
    fc.asyncProperty(some, (given) => checkOperator(given)),
    { numRuns: 40, seed: 20240614, endOnFailure: true },
  );
});

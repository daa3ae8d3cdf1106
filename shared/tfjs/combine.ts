/**
 * Operators of several values with broadcasting, and concatenation, in whichever form the images are.
 *
 * Beside images with channels first, a value of fewer axes is moved the same way: [C] becomes [C, 1, 1] and
 * [H, W, C] becomes [C, H, W].
 */
import { int, ints } from '../onnx/graph.ts';
import type { OnnxEmitter, Value } from './onnx-emitter.ts';

/** `op` over the values from left to right. */
export function combine(emit: OnnxEmitter, op: string, values: readonly Value[]): Value {
  const asFirst = formsWithChannelsFirst(emit, values);
  if (asFirst) return { rank: 4, first: fold(emit, op, asFirst) };
  const ranks = values.map(({ rank }) => rank);
  const rank = ranks.includes(undefined) ? undefined : Math.max(...ranks.map((each) => each!));
  return {
    rank,
    plain: fold(
      emit,
      op,
      values.map((value) => emit.plain(value)),
    ),
  };
}

export function concatenate(emit: OnnxEmitter, values: readonly Value[], axis: number): Value {
  const [{ rank }] = values as [Value];
  if (values.some(({ first }) => first !== undefined) && values.every((value) => value.rank === 4)) {
    const moved = [0, 2, 3, 1][axis < 0 ? axis + 4 : axis]!;
    const first = emit.op(
      'Concat',
      values.map((value) => emit.first(value)),
      { axis: int(moved) },
    );
    return { rank, first };
  }
  const plain = emit.op(
    'Concat',
    values.map((value) => emit.plain(value)),
    { axis: int(axis) },
  );
  return { rank, plain };
}

function fold(emit: OnnxEmitter, op: string, names: readonly string[]): string {
  return names.slice(1).reduce((sum, name) => emit.op(op, [sum, name]), names[0]!);
}

function formsWithChannelsFirst(emit: OnnxEmitter, values: readonly Value[]): string[] | undefined {
  if (!values.some(({ first }) => first !== undefined)) return undefined;
  if (!values.every(({ rank }) => rank === 0 || rank === 1 || rank === 3 || rank === 4)) return undefined;
  return values.map((value) => {
    if (value.rank === 4) return emit.first(value);
    const name = emit.plain(value);
    if (value.rank === 0) return name;
    return value.rank === 1
      ? emit.op('Reshape', [name, emit.vector([-1, 1, 1])])
      : emit.op('Transpose', [name], { perm: ints([2, 0, 1]) });
  });
}

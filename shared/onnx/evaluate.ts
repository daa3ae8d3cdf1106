/**
 * Constant folding: the value of an operator whose inputs are all constants.
 *
 * Only operators that exporters use to compute shapes, and the arithmetic that gradient rules do on weights
 * vectors. Anything else returns undefined and stays in the graph. Row-major throughout.
 */
import { elementCount } from '../tensor/tensor.ts';
import { broadcastStrides, positiveAxis } from './broadcast.ts';
import { type Constant, isFloat } from './constant.ts';
import { type Node, numberOf, numbersOf, type ValueType } from './graph.ts';

type Values = Float32Array | Float64Array;
type Evaluator = (node: Node, inputs: readonly Constant[], result: Values, shape: readonly number[]) => void;

/** `output` is the already inferred type of the result. */
export function evaluate(node: Node, inputs: readonly Constant[], output: ValueType): Constant | undefined {
  const evaluator = EVALUATORS[node.op];
  if (!evaluator || node.domain !== '') return undefined;
  const count = elementCount(output.shape);
  const data = output.type === 'float32' ? new Float32Array(count) : new Float64Array(count);
  evaluator(node, inputs, data, output.shape);
  return { type: output.type, shape: output.shape, data };
}

const copy: Evaluator = (_node, [source], result) => result.set(source!.data);

const cast: Evaluator = (_node, [source], result) => {
  const toWhole = isFloat(source!.type) && result instanceof Float64Array;
  source!.data.forEach((value, index) => {
    result[index] = toWhole ? Math.trunc(value) : value;
  });
};

function unary(map: (value: number) => number): Evaluator {
  return (_node, [source], result) => {
    source!.data.forEach((value, index) => {
      result[index] = map(value);
    });
  };
}

function binary(combine: (left: number, right: number, whole: boolean) => number): Evaluator {
  return (_node, [left, right], result, shape) => {
    const whole = !isFloat(left!.type);
    walk(
      shape,
      [broadcastStrides(left!.shape, shape), broadcastStrides(right!.shape, shape)],
      (index, [l, r]) => {
        result[index] = combine(left!.data[l!]!, right!.data[r!]!, whole);
      },
    );
  };
}

const where: Evaluator = (_node, inputs, result, shape) => {
  const strides = inputs.map((input) => broadcastStrides(input.shape, shape));
  walk(shape, strides, (index, [c, l, r]) => {
    result[index] = inputs[0]!.data[c!] ? inputs[1]!.data[l!]! : inputs[2]!.data[r!]!;
  });
};

const expand: Evaluator = (_node, [source], result, shape) => {
  walk(shape, [broadcastStrides(source!.shape, shape)], (index, [from]) => {
    result[index] = source!.data[from!]!;
  });
};

const transpose: Evaluator = (node, [source], result, shape) => {
  const order = numbersOf(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  const strides = rowMajorStrides(source!.shape);
  walk(shape, [order.map((axis) => strides[axis]!)], (index, [from]) => {
    result[index] = source!.data[from!]!;
  });
};

const concat: Evaluator = (node, inputs, result, shape) => {
  const axis = positiveAxis(numberOf(node, 'axis', 0), shape.length);
  const outer = elementCount(shape.slice(0, axis));
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const { data } of inputs) {
      const size = data.length / outer;
      result.set(data.subarray(block * size, (block + 1) * size), at);
      at += size;
    }
  }
};

const gather: Evaluator = (node, [source, indices], result) => {
  const axis = positiveAxis(numberOf(node, 'axis', 0), source!.shape.length);
  const extent = source!.shape[axis]!;
  const inner = elementCount(source!.shape.slice(axis + 1));
  const outer = elementCount(source!.shape.slice(0, axis));
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const index of indices!.data) {
      const from = (block * extent + positiveAxis(index, extent)) * inner;
      result.set(source!.data.subarray(from, from + inner), at);
      at += inner;
    }
  }
};

/** Inputs are already canonical: begins, ends and steps for every listed axis, begins within the extent. */
const slice: Evaluator = (_node, [source, begins, _ends, axes, steps], result, shape) => {
  const strides = rowMajorStrides(source!.shape);
  let origin = 0;
  const moves = [...strides];
  axes!.data.forEach((axis, index) => {
    origin += begins!.data[index]! * strides[axis]!;
    moves[axis] = strides[axis]! * steps!.data[index]!;
  });
  walk(shape, [moves], (index, [from]) => {
    result[index] = source!.data[origin + from!]!;
  });
};

const range: Evaluator = (_node, [start, , delta], result) => {
  for (let index = 0; index < result.length; index++)
    result[index] = start!.data[0]! + index * delta!.data[0]!;
};

function reduce(initial: number, combine: (total: number, value: number) => number): Evaluator {
  return (node, [source, axesInput], result, shape) => {
    result.fill(initial);
    const rank = source!.shape.length;
    const given = axesInput ? [...axesInput.data] : source!.shape.map((_, axis) => axis);
    const axes = new Set(given.map((axis) => positiveAxis(axis, rank)));
    const kept =
      numberOf(node, 'keepdims', 1) === 1 ? shape : source!.shape.map((d, a) => (axes.has(a) ? 1 : d));
    walk(source!.shape, [broadcastStrides(kept, source!.shape)], (index, [to]) => {
      result[to!] = combine(result[to!]!, source!.data[index]!);
    });
  };
}

/** Visits `shape` in row-major order with the offsets that each list of strides gives. */
function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (index: number, offsets: readonly number[]) => void,
): void {
  const count = elementCount(shape);
  const position = shape.map(() => 0);
  const offsets = strides.map(() => 0);
  for (let index = 0; index < count; index++) {
    visit(index, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]!++;
      for (let k = 0; k < strides.length; k++) offsets[k]! += strides[k]![axis]!;
      if (position[axis]! < shape[axis]!) break;
      for (let k = 0; k < strides.length; k++) offsets[k]! -= strides[k]![axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
}

function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

const EVALUATORS: Readonly<Record<string, Evaluator>> = {
  Reshape: copy,
  Cast: cast,
  Neg: unary((value) => -value),
  Abs: unary(Math.abs),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Not: unary((value) => (value ? 0 : 1)),
  Add: binary((left, right) => left + right),
  Sub: binary((left, right) => left - right),
  Mul: binary((left, right) => left * right),
  Div: binary((left, right, whole) => (whole ? Math.trunc(left / right) : left / right)),
  Mod: binary((left, right, whole) => (whole ? left - right * Math.floor(left / right) : left % right)),
  Pow: binary((left, right) => left ** right),
  Min: binary((left, right) => Math.min(left, right)),
  Max: binary((left, right) => Math.max(left, right)),
  Equal: binary((left, right) => Number(left === right)),
  Less: binary((left, right) => Number(left < right)),
  LessOrEqual: binary((left, right) => Number(left <= right)),
  Greater: binary((left, right) => Number(left > right)),
  GreaterOrEqual: binary((left, right) => Number(left >= right)),
  And: binary((left, right) => Number(left !== 0 && right !== 0)),
  Or: binary((left, right) => Number(left !== 0 || right !== 0)),
  Where: where,
  Expand: expand,
  Transpose: transpose,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Range: range,
  ReduceSum: reduce(0, (total, value) => total + value),
  ReduceProd: reduce(1, (total, value) => total * value),
  ReduceMax: reduce(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMin: reduce(Number.POSITIVE_INFINITY, Math.min),
};

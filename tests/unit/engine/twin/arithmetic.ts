/** Element-wise functions, products, reductions and moves in float64, as the ONNX operator pages define them. */
import { type Array64, at, generate, type Index, indices, size, sum } from './array.ts';

export function map(x: Array64, f: (value: number) => number): Array64 {
  return { shape: x.shape, data: x.data.map(f) };
}

export function zip(a: Array64, b: Array64, f: (left: number, right: number) => number): Array64 {
  const rank = Math.max(a.shape.length, b.shape.length);
  const extent = (s: readonly number[], axis: number): number => s[axis - (rank - s.length)] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) =>
    Math.max(extent(a.shape, axis), extent(b.shape, axis)),
  );
  return generate(shape, (index) => f(at(a, index), at(b, index)));
}

/** erf by its Taylor series in extended steps for |x| < 3, and by continued fraction beyond (to 1e-15). */
export function erf(x: number): number {
  if (Math.abs(x) > 5.9) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export function matMul(a: Array64, b: Array64): Array64 {
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const batch = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  return generate([...batch, rows, columns], (index) => {
    const lead = index.slice(0, -2);
    const [row, column] = index.slice(-2) as [number, number];
    return sum([inner], ([k]) => at(a, [...lead, row, k!]) * at(b, [...lead, k!, column]));
  });
}

export function gemm(
  a: Array64,
  b: Array64,
  c: Array64 | undefined,
  { alpha = 1, beta = 1, transA = 0, transB = 0 },
): Array64 {
  const left = transA ? transpose(a, [1, 0]) : a;
  const right = transB ? transpose(b, [1, 0]) : b;
  const product = map(matMul(left, right), (value) => alpha * value);
  return c ? zip(product, c, (value, bias) => value + beta * bias) : product;
}

export function transpose(x: Array64, order: readonly number[]): Array64 {
  return generate(
    order.map((axis) => x.shape[axis]!),
    (index) => {
      const from = new Array<number>(order.length);
      order.forEach((axis, position) => {
        from[axis] = index[position]!;
      });
      return at(x, from);
    },
  );
}

export function reshape(x: Array64, shape: readonly number[]): Array64 {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  return { shape: shape.map((extent) => (extent === -1 ? size(x.shape) / known : extent)), data: x.data };
}

/** Combines the values along `axes`; `keepdims` keeps them as extents of 1. */
export function reduce(
  x: Array64,
  axes: readonly number[],
  keepdims: boolean,
  combine: (values: readonly number[]) => number,
): Array64 {
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)));
  const kept = x.shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent));
  const full = generate(kept, (index) =>
    combine(
      indices(x.shape.map((extent, axis) => (reduced.has(axis) ? extent : 1))).map((offset) =>
        at(
          x,
          index.map((position, axis) => position + offset[axis]!),
        ),
      ),
    ),
  );
  return keepdims
    ? full
    : reshape(
        full,
        x.shape.filter((_, axis) => !reduced.has(axis)),
      );
}

export function softmax(x: Array64, axes: readonly number[]): Array64 {
  const exponentials = map(x, Math.exp);
  const totals = reduce(exponentials, axes, true, (values) => values.reduce((a, b) => a + b, 0));
  return zip(exponentials, totals, (value, total) => value / total);
}

/** Mean 0 and variance 1 over `axes`. */
export function standardize(x: Array64, axes: readonly number[], epsilon: number): Array64 {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const centered = zip(x, reduce(x, axes, true, mean), (value, m) => value - m);
  const variance = reduce(
    map(centered, (value) => value * value),
    axes,
    true,
    mean,
  );
  return zip(centered, variance, (value, v) => value / Math.sqrt(v + epsilon));
}

export function perChannel(x: Array64, scale: Array64, shift: Array64): Array64 {
  return generate(x.shape, (index) => at(x, index) * scale.data[index[1]!]! + shift.data[index[1]!]!);
}

/** The element of `x` that every output index takes; undefined gives 0. */
export function move(
  x: Array64,
  shape: readonly number[],
  from: (index: Index) => Index | undefined,
): Array64 {
  return generate(shape, (index) => {
    const origin = from(index);
    return origin ? at(x, origin) : 0;
  });
}

export function concat(parts: readonly Array64[], axis: number): Array64 {
  const first = parts[0]!.shape;
  const total = parts.reduce((acc, part) => acc + part.shape[axis]!, 0);
  return generate(
    first.map((extent, a) => (a === axis ? total : extent)),
    (index) => {
      let position = index[axis]!;
      const part = parts.find(({ shape }) => {
        if (position < shape[axis]!) return true;
        position -= shape[axis]!;
        return false;
      })!;
      return at(
        part,
        index.map((p, a) => (a === axis ? position : p)),
      );
    },
  );
}

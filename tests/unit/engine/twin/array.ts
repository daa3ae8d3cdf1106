/** Float64 arrays addressed by multi-index: slow, literal, and sharing no code with the engine. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Index = readonly number[];

export function size(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** An array whose element at every multi-index is `value(index)`. */
export function generate(shape: readonly number[], value: (index: Index) => number): Array64 {
  const data = new Float64Array(size(shape));
  for (let flat = 0; flat < data.length; flat++) data[flat] = value(unflatten(flat, shape));
  return { shape, data };
}

function unflatten(flat: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/** The element at `index`; axes of extent 1 are repeated and leading axes may be missing (broadcasting). */
export function at({ shape, data }: Array64, index: Index): number {
  const skipped = index.length - shape.length;
  let flat = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const position = shape[axis] === 1 ? 0 : index[axis + skipped]!;
    if (position < 0 || position >= shape[axis]!) throw new RangeError(`index [${index}] outside [${shape}]`);
    flat = flat * shape[axis]! + position;
  }
  return data[flat]!;
}

/** The element at `index`, or `outside` beyond the borders. */
export function atOr(array: Array64, index: Index, outside: number): number {
  const inside = index.every((position, axis) => position >= 0 && position < array.shape[axis]!);
  return inside ? at(array, index) : outside;
}

/** All multi-indices of `shape`, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return Array.from({ length: size(shape) }, (_, flat) => unflatten(flat, shape));
}

/** Σ over all multi-indices of `shape`. */
export function sum(shape: readonly number[], term: (index: Index) => number): number {
  return indices(shape).reduce((total, index) => total + term(index), 0);
}

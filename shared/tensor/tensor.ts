/**
 * Dense row-major tensors: the only array type that crosses layer borders.
 *
 * Models compute in float32. Methods that difference nearby points (Blur IG, Guided IG) keep float64
 * internally, so both element types are allowed; a classifier casts to float32 at its own border.
 */
export type FloatArray = Float32Array | Float64Array;

export interface Tensor<D extends FloatArray = FloatArray> {
  readonly shape: readonly number[];
  readonly data: D;
}

export type Tensor32 = Tensor<Float32Array>;

/** The number of elements of a shape; 1 for a scalar `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

/** A tensor over `data` (not copied). Throws RangeError where length and shape disagree. */
export function tensor<D extends FloatArray>(data: D, shape: readonly number[]): Tensor<D> {
  if (data.length !== elementCount(shape)) {
    throw new RangeError(
      `tensor: expected ${elementCount(shape)} elements for [${shape.join(', ')}], got ${data.length}`,
    );
  }
  return { shape, data };
}

/** The same values as float32; the same object where it is float32 already. */
export function toFloat32(source: Tensor): Tensor32 {
  return source.data instanceof Float32Array
    ? { shape: source.shape, data: source.data }
    : { shape: source.shape, data: Float32Array.from(source.data) };
}

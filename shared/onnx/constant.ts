/**
 * Constants of a graph: element types, storage, and conversions.
 *
 * float16 and bfloat16 weights are widened to float32 when they are read: the engine computes in float32.
 * Element type numbers are those of ONNX's TensorProto.DataType.
 */
import { elementCount } from '../tensor/tensor.ts';

export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** Row-major values. Whole numbers of every width are held as doubles (exact to 2^53), floats as float32. */
export interface Constant {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

export function elementTypeOf(code: number): ElementType | undefined {
  return (Object.keys(ELEMENT_TYPES) as ElementType[]).find((name) => ELEMENT_TYPES[name] === code);
}

export function isFloat(type: ElementType): boolean {
  return type === 'float32' || type === 'float16' || type === 'float64' || type === 'bfloat16';
}

/** A float32 constant; a plain array is copied, a Float32Array is kept. */
export function floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Constant {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return checked({ type: 'float32', shape, data });
}

/** An int64 constant, by default a vector. */
export function integers(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Constant {
  return checked({ type: 'int64', shape, data: Float64Array.from(values) });
}

/** A constant of `type` whose elements all hold `value`. */
export function filled(value: number, shape: readonly number[], type: ElementType = 'float32'): Constant {
  const count = elementCount(shape);
  const data = type === 'float32' ? new Float32Array(count) : new Float64Array(count);
  return { type, shape, data: value === 0 ? data : data.fill(value) };
}

function checked(constant: Constant): Constant {
  if (constant.data.length !== elementCount(constant.shape)) {
    throw new RangeError(
      `internal: constant of shape [${constant.shape.join(', ')}] holds ${constant.data.length} values`,
    );
  }
  return constant;
}

/**
 * NumPy's .npy array file: read and write.
 *
 * Layout: magic `\x93NUMPY`, version (1.0: uint16 header length; 2.0 and 3.0: uint32), an ASCII Python
 * dictionary `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, then the raw elements.
 * Source: numpy.lib.format, NumPy Enhancement Proposal 1.
 */
import { PermanentFault } from '../errors.ts';
import { elementCount, type FloatArray, type Tensor } from './tensor.ts';
import { widenHalf } from './widen-half.ts';

const ARRAYS = {
  f4: { dtype: 'float32', array: Float32Array },
  f8: { dtype: 'float64', array: Float64Array },
  i4: { dtype: 'int32', array: Int32Array },
  i8: { dtype: 'int64', array: BigInt64Array },
  u1: { dtype: 'uint8', array: Uint8Array },
  b1: { dtype: 'bool', array: Uint8Array },
} as const;

const HALF = { dtype: 'float16', array: Uint16Array } as const;

type Descriptor = keyof typeof ARRAYS;
/** float16 is read (as float32, which holds it exactly), not written. */
export type NpyDtype = (typeof ARRAYS)[Descriptor]['dtype'] | 'float16';
/** bool is one byte per element, 0 or 1. */
export type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface NpyArray {
  readonly dtype: NpyDtype;
  readonly shape: readonly number[];
  /** Row-major (C order), whatever order the file held. */
  readonly data: NpyData;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The array in `bytes`, in C order and native byte order. Throws PermanentFault `npy-malformed` or `npy-dtype`. */
export function readNpy(bytes: Uint8Array): NpyArray {
  const { header, dataOffset } = readHeader(bytes);
  const descr = /'descr'\s*:\s*'([<>|=]?)([a-zA-Z]\d+)'/.exec(header);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const extents = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header);
  if (!descr || !order || !extents) {
    throw malformed(`descr, fortran_order and shape of a plain array in the header, got ${header.trim()}`);
  }
  const half = descr[2] === 'f2';
  if (!half && !(descr[2]! in ARRAYS)) {
    throw new PermanentFault(`npy: expected one of f2, ${Object.keys(ARRAYS).join(', ')}, got ${descr[2]}`, {
      code: 'npy-dtype',
      remedy: 'Save the array as float32 (array.astype("float32")).',
    });
  }
  const { dtype, array } = half ? HALF : ARRAYS[descr[2] as Descriptor];
  const shape = (extents[1]!.match(/\d+/g) ?? []).map(Number);
  const byteLength = elementCount(shape) * array.BYTES_PER_ELEMENT;
  if (bytes.byteLength - dataOffset < byteLength) {
    throw malformed(
      `${byteLength} bytes of data for (${shape.join(', ')}), got ${bytes.byteLength - dataOffset}`,
    );
  }
  // Not `slice`: on Node's Buffer that is a view, not a copy.
  const copy = new Uint8Array(byteLength);
  copy.set(bytes.subarray(dataOffset, dataOffset + byteLength));
  if (descr[1] === '>') reverseBytesInto(copy, array.BYTES_PER_ELEMENT);
  const stored = new array(copy.buffer);
  const data = stored instanceof Uint16Array ? Float32Array.from(stored, widenHalf) : stored;
  return { dtype, shape, data: order[1] === 'True' ? toRowMajor(data, shape) : data };
}

/** The array as a tensor: float64 stays float64, float32 stays float32, all others become float64. */
export function readNpyTensor(bytes: Uint8Array): Tensor {
  const { shape, data } = readNpy(bytes);
  if (data instanceof Float32Array || data instanceof Float64Array) return { shape, data };
  return { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** The bytes of a version 1.0 file in C order. `dtype` is needed only for bool (a Uint8Array of 0 and 1). */
export function writeNpy(
  source: { readonly shape: readonly number[]; readonly data: NpyData | FloatArray },
  dtype?: NpyDtype,
): Uint8Array<ArrayBuffer> {
  const descriptor = (Object.keys(ARRAYS) as Descriptor[]).find(
    (key) => source.data instanceof ARRAYS[key].array && (dtype === undefined || ARRAYS[key].dtype === dtype),
  );
  if (!descriptor) {
    throw new TypeError(`npy: expected data that holds ${dtype}, got ${source.data.constructor.name}`);
  }
  if (elementCount(source.shape) !== source.data.length) {
    throw new RangeError(
      `npy: expected ${elementCount(source.shape)} elements for (${source.shape.join(', ')}), got ${source.data.length}`,
    );
  }
  const byteOrder = ARRAYS[descriptor].array.BYTES_PER_ELEMENT === 1 ? '|' : '<';
  const tuple = source.shape.length === 1 ? `${source.shape[0]},` : source.shape.join(', ');
  const text = `{'descr': '${byteOrder}${descriptor}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const padding = (64 - ((MAGIC.length + 4 + text.length + 1) % 64)) % 64;
  const header = new TextEncoder().encode(`${text}${' '.repeat(padding)}\n`);
  const start = MAGIC.length + 4 + header.length;
  const bytes = new Uint8Array(start + source.data.byteLength);
  bytes.set([...MAGIC, 1, 0, header.length & 0xff, header.length >> 8]);
  bytes.set(header, MAGIC.length + 4);
  bytes.set(new Uint8Array(source.data.buffer, source.data.byteOffset, source.data.byteLength), start);
  return bytes;
}

function readHeader(bytes: Uint8Array): { header: string; dataOffset: number } {
  if (MAGIC.some((byte, index) => bytes[index] !== byte))
    throw malformed('the magic string \\x93NUMPY at the start');
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) throw malformed(`format version 1, 2 or 3, got ${major}`);
  const lengthBytes = major === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw malformed(`a header of at least ${start} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataOffset = start + (lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataOffset) throw malformed(`a header of ${dataOffset} bytes, got ${bytes.length}`);
  return { header: new TextDecoder().decode(bytes.subarray(start, dataOffset)), dataOffset };
}

function reverseBytesInto(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

function toRowMajor<D extends NpyData>(columnMajor: D, shape: readonly number[]): D {
  const result = columnMajor.slice() as D;
  const index = shape.map(() => 0);
  for (let target = 0; target < result.length; target++) {
    let source = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) source = source * shape[axis]! + index[axis]!;
    result[target] = columnMajor[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return result;
}

function malformed(expectation: string): PermanentFault {
  return new PermanentFault(`npy: expected ${expectation}`, {
    code: 'npy-malformed',
    remedy: 'Write the file again with numpy.save.',
  });
}

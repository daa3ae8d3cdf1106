/** TensorProto -> Constant. Raw data is little-endian; float16 and bfloat16 are widened to float32. */
import { elementCount } from '../tensor/tensor.ts';
import { widenHalf } from '../tensor/widen-half.ts';
import { type Constant, type ElementType, elementTypeOf } from './constant.ts';
import type { TensorProto } from './onnx_pb.js';

/** TensorProto.DataLocation EXTERNAL. */
export const EXTERNAL = 1;

/** The constant, or the reason (one phrase) why it cannot be read. */
export function readTensor(proto: TensorProto): Constant | string {
  const type = elementTypeOf(proto.dataType);
  if (!type) return `element type ${proto.dataType}`;
  if (proto.dataLocation === EXTERNAL) {
    const file = proto.externalData.find(({ key }) => key === 'location')?.value ?? 'another file';
    return `its data is kept in ${file}`;
  }
  const shape = proto.dims.map(Number);
  const count = elementCount(shape);
  const values =
    proto.rawData.length > 0 || count === 0 ? fromRaw(proto.rawData, type) : fromFields(proto, type);
  if (values.length !== count) return `${values.length} of ${count} elements`;
  const widened = type === 'float16' || type === 'bfloat16' ? 'float32' : type;
  return { type: widened, shape, data: values };
}

function fromFields(proto: TensorProto, type: ElementType): Float32Array | Float64Array {
  switch (type) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return Float64Array.from(proto.int64Data, Number);
    case 'float16':
      return Float32Array.from(proto.int32Data, widenHalf);
    case 'bfloat16':
      return Float32Array.from(proto.int32Data, widenBrain);
    default:
      return Float64Array.from(proto.int32Data);
  }
}

function fromRaw(raw: Uint8Array, type: ElementType): Float32Array | Float64Array {
  const aligned = raw.byteOffset % 8 === 0 ? raw : Uint8Array.from(raw);
  const { buffer, byteOffset, byteLength } = aligned;
  const count = Math.floor(byteLength / BYTES[type]);
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
    case 'int64':
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case 'int32':
      return Float64Array.from(new Int32Array(buffer, byteOffset, count));
    case 'int16':
      return Float64Array.from(new Int16Array(buffer, byteOffset, count));
    case 'int8':
      return Float64Array.from(new Int8Array(buffer, byteOffset, count));
    case 'uint8':
    case 'bool':
      return Float64Array.from(aligned);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), widenHalf);
    case 'bfloat16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), widenBrain);
  }
}

const BYTES: Record<ElementType, number> = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
  float16: 2,
  bfloat16: 2,
};

const word = new DataView(new ArrayBuffer(4));

function widenBrain(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

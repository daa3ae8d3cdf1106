/**
 * Weight manifest + shards -> constants by name; quantized weights are widened to float32.
 *
 * The shards of a group are one run of bytes in which its weights follow each other. Quantized: value·scale + min.
 * Source: tfjs-core, io/io_utils.ts (decodeWeights).
 */
import { type Constant, filled } from '../onnx/constant.ts';
import { elementCount } from '../tensor/tensor.ts';
import { widenHalf } from '../tensor/widen-half.ts';
import type { WeightEntry, WeightsManifest } from './model-json.ts';

/**
 * Adds every shard that is missing or short to `offenders`; the weights they should hold are zeros, so that the
 * layers can be checked as well.
 */
export function readWeights(
  manifest: WeightsManifest,
  shards: ReadonlyMap<string, Uint8Array>,
  offenders: string[],
): Map<string, Constant> {
  const constants = new Map<string, Constant>();
  for (const { paths, weights } of manifest) {
    const missing = paths.filter((path) => !shards.has(path));
    offenders.push(...missing.map((path) => `weights in ${path}, which is not beside model.json`));
    const bytes = join(paths.map((path) => shards.get(path) ?? new Uint8Array(0)));
    const unknown = weights.filter((entry) => widthOf(entry) === undefined);
    offenders.push(...unknown.map((entry) => `weight ${entry.name} of type ${storedType(entry)}`));
    const length = weights.reduce((sum, entry) => sum + byteLength(entry), 0);
    const complete = missing.length + unknown.length === 0 && bytes.length >= length;
    if (missing.length + unknown.length === 0 && !complete) {
      offenders.push(`weights in ${paths.join(', ')}: ${bytes.length} of ${length} bytes`);
    }
    let offset = 0;
    for (const entry of weights) {
      const end = offset + byteLength(entry);
      constants.set(entry.name, complete ? decode(entry, bytes.slice(offset, end)) : filled(0, entry.shape));
      offset = end;
    }
  }
  return constants;
}

const storedType = ({ dtype, quantization }: WeightEntry): string => quantization?.dtype ?? dtype;
const widthOf = (entry: WeightEntry): number | undefined => WIDTHS[storedType(entry)];
const byteLength = (entry: WeightEntry): number => (widthOf(entry) ?? 0) * elementCount(entry.shape);

const WIDTHS: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function decode(entry: WeightEntry, bytes: Uint8Array<ArrayBuffer>): Constant {
  const { shape, dtype, quantization } = entry;
  const stored = storedValues(storedType(entry), bytes);
  const { scale = 1, min = 0 } = quantization ?? {};
  const affine = quantization !== undefined && quantization.dtype !== 'float16';
  if (dtype === 'float32') {
    const data = affine
      ? Float32Array.from(stored, (value) => value * scale + min)
      : Float32Array.from(stored);
    return { type: 'float32', shape, data };
  }
  const data = Float64Array.from(stored, (value) => (affine ? Math.round(value * scale + min) : value));
  return { type: dtype === 'bool' ? 'bool' : 'int64', shape, data };
}

function storedValues(dtype: string, { buffer }: Uint8Array<ArrayBuffer>): ArrayLike<number> {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'uint16':
      return new Uint16Array(buffer);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), widenHalf);
    default:
      return new Uint8Array(buffer);
  }
}

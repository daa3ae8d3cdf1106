/**
 * HDF5 -> attributes of the root and arrays by path; the one place that knows the reader (jsfive, pure JavaScript).
 * Numbers only: text and compound datasets, which models keep beside their weights, are left out.
 */
import { Dataset, File, Group } from 'jsfive';
import type { Constant } from '../onnx/constant.ts';
import { tfjsRefusal } from './tfjs-refusal.ts';

export interface Hdf5 {
  /** Attributes of the root that are text. */
  readonly texts: ReadonlyMap<string, string>;
  /** `model_weights/conv/kernel:0` -> values, in the order of the file. */
  readonly arrays: ReadonlyMap<string, Constant>;
}

/** `wanted` says which paths are read. Throws a refusal for a file that is damaged or cut short. */
export function readHdf5(bytes: Uint8Array, wanted: (path: string) => boolean): Hdf5 {
  try {
    const root = new File(Uint8Array.from(bytes).buffer, 'model');
    const texts = new Map<string, string>();
    for (const [name, value] of Object.entries(root.attrs)) {
      if (typeof value === 'string') texts.set(name, value.replace(/\0+$/, ''));
    }
    const arrays = new Map<string, Constant>();
    collect(root, '', wanted, arrays);
    return { texts, arrays };
  } catch (cause) {
    // The reader throws text as well as errors, for whatever does not hold together.
    throw tfjsRefusal(['an HDF5 file that is damaged or cut short'], cause);
  }
}

/** Deeper than any model; a file whose links go round in circles ends here. */
const DEEPEST = 32;

function collect(
  group: Group,
  path: string,
  wanted: (path: string) => boolean,
  arrays: Map<string, Constant>,
  depth = 0,
): void {
  if (depth > DEEPEST) throw new RangeError('groups without end');
  for (const key of group.keys) {
    const inner = path === '' ? key : `${path}/${key}`;
    const child = group.get(key);
    if (child instanceof Group) collect(child, inner, wanted, arrays, depth + 1);
    else if (child instanceof Dataset && wanted(inner)) {
      const constant = constantOf(child);
      if (constant) arrays.set(inner, constant);
    }
  }
}

function constantOf({ dtype, shape, value }: Dataset): Constant | undefined {
  if (typeof dtype !== 'string' || !/^[<>|]?[fiu]\d$/.test(dtype)) return undefined;
  const isFloat = dtype.includes('f');
  return {
    type: isFloat ? 'float32' : 'int64',
    shape: [...shape],
    data: isFloat ? Float32Array.from(value) : Float64Array.from(value, Number),
  };
}

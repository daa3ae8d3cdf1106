/** .npy files of `cxai attribute`: one image, or several, in the layout and units of the model. */
import { readFile } from 'node:fs/promises';
import { PermanentFault } from '../../shared/errors.ts';
import type { DeclaredValue } from '../../shared/onnx/graph.ts';
import { isWholePixels } from '../../shared/onnx/whole-pixels.ts';
import { type NpyArray, readNpy } from '../../shared/tensor/npy.ts';
import { type Tensor, tensor } from '../../shared/tensor/tensor.ts';

/**
 * One image [C, H, W] or [H, W, C] for a model's input. A leading batch axis of 1 is dropped, [H, W] gets the axis of the
 * one channel that the model declares. Throws PermanentFault `array-not-an-image`.
 */
export async function readImageArray(path: string, input: DeclaredValue): Promise<Tensor> {
  const array = await readArray(path, input);
  const { shape } = array;
  if (shape.length === 4 && shape[0] === 1) return { ...array, shape: shape.slice(1) };
  if (shape.length === 3) return array;
  const [first, , last] = input.shape?.slice(1) ?? [];
  if (shape.length === 2 && first === 1) return { ...array, shape: [1, ...shape] };
  if (shape.length === 2 && last === 1) return { ...array, shape: [...shape, 1] };
  throw notAnImage(path, 'one image of 3 axes ([H, W] where the model has one channel)', shape.join(', '));
}

/** Images [N, C, H, W] or [N, H, W, C]. Throws PermanentFault `array-not-an-image`. */
export async function readImageArrays(path: string, input: DeclaredValue): Promise<Tensor> {
  const array = await readArray(path, input);
  if (array.shape.length === 4) return array;
  throw notAnImage(path, 'images along a first axis, 4 axes in all', array.shape.join(', '));
}

/** Floats; whole pixels (uint8) where the model takes such. */
async function readArray(path: string, input: DeclaredValue): Promise<Tensor> {
  const { data, shape, dtype } = await readNamed(path);
  if (data instanceof Float32Array || data instanceof Float64Array) return tensor(data, shape);
  if (dtype === 'uint8' && isWholePixels(input)) return tensor(Float32Array.from(data as Uint8Array), shape);
  throw notAnImage(path, `a float array (the model takes ${input.type})`, dtype);
}

async function readNamed(path: string): Promise<NpyArray> {
  const bytes = await readFile(path);
  try {
    return readNpy(new Uint8Array(bytes));
  } catch (cause) {
    if (!(cause instanceof PermanentFault)) throw cause;
    const { code, remedy } = cause;
    throw new PermanentFault(`${path}: ${cause.message}`, { code, remedy, cause });
  }
}

const notAnImage = (path: string, expected: string, got: string): PermanentFault =>
  new PermanentFault(`${path}: expected ${expected}, got ${got}`, {
    code: 'array-not-an-image',
    remedy: 'Save it as float32 in the layout and units of the model.',
  });

/**
 * A model's files -> ONNX bytes in one piece: `.onnx` with weights inside or beside it, TF.js's `model.json` with its
 * shards, or Keras's `.h5` and `.keras`. Kinds that are not read are named, with the command that converts them. Files
 * beside the model are read from its own folder only.
 */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { externalFiles, inlineExternalData } from '../../shared/onnx/external-data.ts';
import { importTfjs } from '../../shared/tfjs/import-tfjs.ts';
import { isKerasZip, readKerasH5, readKerasZip } from '../../shared/tfjs/keras-file.ts';
import { shardNames } from '../../shared/tfjs/model-json.ts';
import type { TfjsFiles } from './tfjs-engine.ts';

export interface ModelFile {
  /** Self-contained ONNX. */
  readonly bytes: Uint8Array;
  /** What was left out while converting, one sentence each. */
  readonly notes: readonly string[];
  /** The model as TF.js reads it, where it is one of TF.js or Keras. */
  readonly tfjs?: TfjsFiles;
}

/** Throws PermanentFault `model-refused` or `model-format`. */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = new Uint8Array(await readFile(path));
  const keras = kerasFiles(bytes, path);
  if (keras) return { ...importTfjs(keras.json, keras.shards), tfjs: keras };
  refuseOtherFormats(bytes, path);
  if (path.endsWith('.json') || startsWith(bytes, '{')) return readTfjs(bytes, dirname(path));
  const files = await readBeside(dirname(path), externalFiles(bytes));
  return { bytes: inlineExternalData(bytes, files), notes: [] };
}

function kerasFiles(bytes: Uint8Array, path: string): TfjsFiles | undefined {
  if (startsWith(bytes, GIT_LFS)) return undefined;
  if (startsWith(bytes.subarray(1), 'HDF\r\n') || /\.(h5|hdf5)$/.test(path)) return readKerasH5(bytes);
  return path.endsWith('.keras') || (startsWith(bytes, 'PK') && isKerasZip(bytes))
    ? readKerasZip(bytes)
    : undefined;
}

/** How a file begins that Git LFS left in place of the model; `readModel` says so. */
const GIT_LFS = 'version https://git-lfs';

async function readTfjs(bytes: Uint8Array, folder: string): Promise<ModelFile> {
  const json = parseJson(bytes);
  const shards = await readBeside(folder, shardNames(json));
  return { ...importTfjs(json, shards), tfjs: { json, shards } };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new PermanentFault('model: expected the JSON of a TF.js model, got a file that is not JSON', {
      code: 'model-refused',
      remedy: 'Download or convert the model again: the file is damaged or cut short.',
      cause,
    });
  }
}

/** Those of the named files that are there. */
async function readBeside(folder: string, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of new Set(names)) {
    if (name === '' || isAbsolute(name) || normalize(name).startsWith('..')) continue;
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes) files.set(name, new Uint8Array(bytes));
  }
  return files;
}

const startsWith = (bytes: Uint8Array, prefix: string): boolean =>
  new TextDecoder('latin1').decode(bytes.subarray(0, prefix.length)) === prefix;

const OTHER_FORMATS: readonly {
  readonly name: string;
  readonly matches: (bytes: Uint8Array, path: string) => boolean;
  readonly remedy: string;
}[] = [
  {
    name: 'PyTorch',
    matches: (bytes, path) => startsWith(bytes, 'PK') || /\.(pt|pth|ckpt)$/.test(path),
    remedy: 'Export it with torch.onnx.export(model, image, "model.onnx").',
  },
  {
    name: 'TensorFlow Lite',
    matches: (bytes) => startsWith(bytes.subarray(4), 'TFL3'),
    remedy: 'Convert it with `python -m tf2onnx.convert --tflite MODEL --output model.onnx`.',
  },
  {
    name: 'TensorFlow SavedModel',
    matches: (_, path) => path.endsWith('.pb'),
    remedy: 'Convert its folder with `python -m tf2onnx.convert --saved-model FOLDER --output model.onnx`.',
  },
];

function refuseOtherFormats(bytes: Uint8Array, path: string): void {
  const format = OTHER_FORMATS.find(({ matches }) => matches(bytes, path));
  if (format) {
    throw new PermanentFault(
      `model: expected ONNX (.onnx), TF.js (model.json) or Keras (.h5, .keras), got ${format.name}`,
      {
        code: 'model-format',
        remedy: format.remedy,
      },
    );
  }
}

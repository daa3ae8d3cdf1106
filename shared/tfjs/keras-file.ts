/**
 * Keras files -> the model as TF.js keeps it: model.json with its weights in one shard. From there on every importer
 * and engine for TF.js models serves.
 *
 * `.h5` (Keras 2 and 3): HDF5 whose attribute `model_config` is the topology, weights under
 * `model_weights/<layer>/…/<weight>`. `.keras` (Keras 3): a zip of config.json, metadata.json and model.weights.h5, in
 * which weights have numbers instead of names (`keras3-weights.ts`).
 * Source: keras/src/legacy/saving/legacy_h5_format.py, keras/src/saving/saving_lib.py.
 */
import { unzipSync } from 'fflate';
import type { Constant } from '../onnx/constant.ts';
import { type Hdf5, readHdf5 } from './hdf5.ts';
import { readKerasTopology } from './keras-topology.ts';
import { keras3Weights } from './keras3-weights.ts';
import { tfjsRefusal } from './tfjs-refusal.ts';

export interface KerasFile {
  /** A model.json, parsed. */
  readonly json: unknown;
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

type Json = Readonly<Record<string, unknown>>;

/** Throws PermanentFault `model-refused`: damaged, or weights without the network they belong to. */
export function readKerasH5(bytes: Uint8Array): KerasFile {
  const { texts, arrays } = readHdf5(bytes, (path) => path.startsWith(H5_WEIGHTS));
  const config = texts.get('model_config');
  if (config === undefined) {
    throw tfjsRefusal(['weights without their network (save the whole model: model.save, not save_weights)']);
  }
  const topology = {
    keras_version: texts.get('keras_version') ?? '2',
    model_config: parsed(config, 'the attribute model_config'),
  };
  return modelJson(topology, layerWeights(arrays));
}

const H5_WEIGHTS = 'model_weights/';

/**
 * By layer and weight. The path inside a layer's group repeats the layer's name at the time of training, which may
 * be another: where the last part alone is unambiguous it stands.
 */
function layerWeights(arrays: Hdf5['arrays']): Map<string, Constant> {
  const weights = new Map<string, Constant>();
  const groups = Map.groupBy(arrays, ([path]) => path.slice(H5_WEIGHTS.length).split('/')[0]!);
  for (const [layer, members] of groups) {
    const lasts = members.map(([path]) => lastOf(path));
    const single = new Set(lasts).size === lasts.length;
    for (const [path, constant] of members) {
      const inner = path.slice(H5_WEIGHTS.length + layer.length + 1).replace(/:0$/, '');
      const owner = inner.split('/').at(-2) ?? layer;
      const short = single ? `${layer}/${lastOf(path)}` : `${owner}/${lastOf(path)}`;
      weights.set(weights.has(short) ? `${layer}/${inner}` : short, constant);
    }
  }
  return weights;
}

const lastOf = (path: string): string => path.replace(/:0$/, '').split('/').at(-1)!;

export function isKerasZip(bytes: Uint8Array): boolean {
  const names: string[] = [];
  try {
    unzipSync(bytes, {
      filter({ name }) {
        names.push(name);
        return false;
      },
    });
  } catch {
    return false;
  }
  return names.includes('config.json') && names.includes('model.weights.h5');
}

/** Throws PermanentFault `model-refused`. */
export function readKerasZip(bytes: Uint8Array): KerasFile {
  const files = unzipped(bytes);
  const missing = PARTS.filter((name) => !files[name] && name !== 'metadata.json');
  if (missing.length > 0) throw tfjsRefusal(missing.map((name) => `a .keras archive without ${name}`));
  const json = (name: string): Json => parsed(new TextDecoder().decode(files[name]), name);
  const topology = {
    keras_version: files['metadata.json'] ? (json('metadata.json').keras_version ?? '3') : '3',
    model_config: json('config.json'),
  };
  const { arrays } = readHdf5(files['model.weights.h5']!, (path) => !path.startsWith('optimizer/'));
  return modelJson(topology, keras3Weights(readKerasTopology(topology).network, arrays));
}

const PARTS = ['config.json', 'metadata.json', 'model.weights.h5'];
/** A zip may promise any size; models for single images are far below. */
const LARGEST_PART = 2 ** 31 - 1;

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => PARTS.includes(name) && originalSize <= LARGEST_PART,
    });
  } catch (cause) {
    throw tfjsRefusal(['a .keras archive (zip) that is damaged or cut short'], cause);
  }
}

function parsed(text: string, where: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw tfjsRefusal([`${where} that is not JSON`], cause);
  }
}

function modelJson(topology: Json, weights: ReadonlyMap<string, Constant>): KerasFile {
  const entries = [...weights].map(([name, { type, shape }]) => ({
    name,
    shape,
    dtype: type === 'float32' ? 'float32' : 'int32',
  }));
  const values = [...weights.values()];
  const shard = new Uint8Array(4 * values.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { type, data } of values) {
    const words = type === 'float32' ? Float32Array.from(data) : Int32Array.from(data);
    shard.set(new Uint8Array(words.buffer), at);
    at += words.byteLength;
  }
  return {
    json: {
      format: 'layers-model',
      modelTopology: topology,
      weightsManifest: [{ paths: [SHARD], weights: entries }],
    },
    shards: new Map([[SHARD, shard]]),
  };
}

const SHARD = 'weights.bin';

/**
 * Keras's JSON of a model, of Keras 2 or 3, in one form: layers, and for every call of a layer its inputs.
 *
 * Keras 2 writes a call as [[layer, call, tensor, kwargs], …], Keras 3 as { args, kwargs } in which tensors are
 * objects with a `keras_history`. A Sequential's layers follow each other. Models may hold models.
 * Source: keras/src/models/functional.py (get_config), tfjs-layers/src/models.ts.
 */
import type { LayerConfig } from './layer-config.ts';
import { tfjsRefusal } from './tfjs-refusal.ts';

/** Output `tensor` of call number `call` of a layer; the first call is 0, of models inside models as well. */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly tensor: number;
}

export interface LayerCall {
  readonly inputs: readonly TensorReference[];
  /** The call says `training=True`: layers that draw random numbers do so even when predicting. */
  readonly training: boolean;
}

export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: LayerConfig;
  readonly calls: readonly LayerCall[];
  /** The network inside, where the layer is a model itself. */
  readonly inner: KerasNetwork | undefined;
}

export interface KerasNetwork {
  readonly name: string;
  readonly layers: ReadonlyMap<string, KerasLayer>;
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}

export interface KerasTopology {
  readonly network: KerasNetwork;
  /** 2 or 3; 2 where the file does not say. */
  readonly major: number;
}

type Json = Readonly<Record<string, unknown>>;

export function readKerasTopology(topology: Json): KerasTopology {
  const holder = isJson(topology.model_config) ? topology.model_config : topology;
  if (!isJson(holder) || typeof holder.class_name !== 'string' || !holder.config) {
    throw tfjsRefusal(['a topology without a model (weights only?)']);
  }
  const major = Number.parseInt(String(topology.keras_version ?? holder.keras_version ?? '2'), 10);
  const known = Number.isNaN(major) ? 2 : major;
  return { network: readNetwork(holder.class_name, holder.config, known), major: known };
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NETWORKS: ReadonlySet<string> = new Set(['Sequential', 'Functional', 'Model']);

function readNetwork(className: string, config: unknown, major: number): KerasNetwork {
  if (!NETWORKS.has(className)) throw tfjsRefusal([`a topology of kind ${className}`]);
  const json = isJson(config) ? config : { layers: config };
  const layers = Array.isArray(json.layers) ? json.layers.filter(isJson) : [];
  if (layers.length === 0) throw tfjsRefusal([`a ${className} without layers`]);
  const name = typeof json.name === 'string' ? json.name : 'model';
  return className === 'Sequential'
    ? sequential(name, layers, json, major)
    : functional(name, layers, json, major);
}

function sequential(name: string, entries: readonly Json[], config: Json, major: number): KerasNetwork {
  const given = entries.map((entry) => readLayer(entry, [], major));
  const first = given[0]!;
  const input: KerasLayer = {
    name: `${name}_input`,
    className: 'InputLayer',
    config: { batch_shape: inputShapeOf(first) ?? config.build_input_shape },
    calls: [{ inputs: [], training: false }],
    inner: undefined,
  };
  const chain = first.className === 'InputLayer' ? given : [input, ...given];
  const layers = new Map<string, KerasLayer>();
  chain.forEach((layer, index) => {
    const inputs = index === 0 ? [] : [{ layer: chain[index - 1]!.name, call: 0, tensor: 0 }];
    layers.set(layer.name, { ...layer, calls: [{ inputs, training: false }] });
  });
  const reference = (layer: KerasLayer): TensorReference => ({ layer: layer.name, call: 0, tensor: 0 });
  return { name, layers, inputs: [reference(chain[0]!)], outputs: [reference(chain.at(-1)!)] };
}

/** The input shape, batch axis included, that the first layer of a Sequential says. */
function inputShapeOf(layer: KerasLayer): unknown {
  const own = layer.config.batch_shape ?? layer.config.batch_input_shape;
  if (own) return own;
  const first = layer.inner?.layers.get(layer.inner.inputs[0]?.layer ?? '');
  return first?.config.batch_shape ?? first?.config.batch_input_shape;
}

function functional(name: string, entries: readonly Json[], config: Json, major: number): KerasNetwork {
  const read = entries.map((entry) => {
    const calls = Array.isArray(entry.inbound_nodes) ? entry.inbound_nodes.map(readCall) : [];
    return readLayer(entry, calls.length > 0 ? calls : [{ inputs: [], training: false }], major);
  });
  const ownCall = new Set(read.filter((layer) => countsOwnCall(layer, major)).map((layer) => layer.name));
  const counted = (list: readonly TensorReference[]): TensorReference[] =>
    list.map((each) => (ownCall.has(each.layer) ? { ...each, call: Math.max(0, each.call - 1) } : each));
  const layers = new Map<string, KerasLayer>();
  for (const layer of read) {
    const calls = layer.calls.map((call) => ({ ...call, inputs: counted(call.inputs) }));
    layers.set(layer.name, { ...layer, calls });
  }
  return {
    name,
    layers,
    inputs: counted(references(config.input_layers)),
    outputs: counted(references(config.output_layers)),
  };
}

/** A model inside a model was called once when it was made, and files count that call. Not Sequentials of Keras 3. */
function countsOwnCall({ inner, className }: KerasLayer, major: number): boolean {
  return inner !== undefined && (major < 3 || className !== 'Sequential');
}

function readLayer(entry: Json, calls: readonly LayerCall[], major: number): KerasLayer {
  const className = String(entry.class_name);
  const config = isJson(entry.config) ? entry.config : { layers: entry.config };
  const name = String(entry.name ?? config.name ?? className);
  const inner = NETWORKS.has(className) ? readNetwork(className, entry.config, major) : undefined;
  return { name, className, config, calls, inner };
}

function readCall(call: unknown): LayerCall {
  if (isJson(call)) {
    const training = isJson(call.kwargs) && call.kwargs.training === true;
    return { inputs: kerasTensors(call.args), training };
  }
  const inputs = references(call);
  const training = JSON.stringify(call ?? null).includes('"training":true');
  return { inputs, training };
}

/** `[name, call, tensor, …]`, a list of those, or names in an object. */
function references(value: unknown): TensorReference[] {
  if (isJson(value)) return Object.values(value).flatMap(references);
  if (!Array.isArray(value)) return [];
  const [layer, call, tensor] = value;
  if (typeof layer === 'string' && typeof call === 'number' && typeof tensor === 'number') {
    return [{ layer, call, tensor }];
  }
  return value.flatMap(references);
}

/** Every tensor in the arguments of a call of Keras 3, in order. */
function kerasTensors(value: unknown): TensorReference[] {
  if (Array.isArray(value)) return value.flatMap(kerasTensors);
  if (!isJson(value)) return [];
  if (value.class_name === '__keras_tensor__' && isJson(value.config)) {
    return references(value.config.keras_history);
  }
  return Object.values(value).flatMap(kerasTensors);
}

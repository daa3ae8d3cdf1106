/**
 * Keras layers -> ONNX nodes: walks back from the model's first output, one rule for each layer.
 *
 * Layers that change images at random (augmentation) are left out and named in the notes. Weights are found by
 * name, `…/layer/kernel`, as TF.js does.
 */
import type { Constant } from '../onnx/constant.ts';
import type { ImportedGraph } from './imported-graph.ts';
import {
  type KerasLayer,
  type KerasNetwork,
  type KerasTopology,
  readKerasTopology,
  type TensorReference,
} from './keras-topology.ts';
import type { LayerConfig } from './layer-config.ts';
import type { LayerContext } from './layer-rule.ts';
import { AUGMENTATION_LAYERS, LAYER_TABLE } from './layers/layer-table.ts';
import { OnnxEmitter, type Value } from './onnx-emitter.ts';
import { reasonOf, unsupported } from './tfjs-refusal.ts';

interface Walk {
  readonly emit: OnnxEmitter;
  readonly weights: ReadonlyMap<string, Constant>;
  readonly offenders: string[];
  readonly notes: string[];
  readonly kerasMajor: number;
}

/** Adds every layer that is not understood to `offenders`. */
export function importLayersModel(
  topology: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, Constant>,
  offenders: string[],
): ImportedGraph {
  const { network, major }: KerasTopology = readKerasTopology(topology);
  const emit = new OnnxEmitter();
  const notes: string[] = [];
  const { inputs, outputs } = network;
  if (inputs.length !== 1) {
    const names = inputs.map(({ layer }) => layer).join(', ');
    offenders.push(`${inputs.length} inputs: ${names} (expected one image)`);
  }
  const inputLayer = network.layers.get(inputs[0]?.layer ?? '');
  const shape = declaredShape(inputLayer?.config);
  const image: Value = { rank: shape?.length, plain: INPUT };
  const walk: Walk = { emit, weights, offenders, notes, kerasMajor: major };
  const result = evaluate(
    network,
    inputs.map(() => image),
    walk,
    [],
  )(outputs[0]);
  return { emit, input: { name: INPUT, shape }, output: emit.plain(result), notes };
}

const INPUT = 'image';

function declaredShape(config: LayerConfig | undefined): readonly (number | undefined)[] | undefined {
  const shape = config?.batch_shape ?? config?.batch_input_shape;
  if (!Array.isArray(shape)) return undefined;
  return shape.map((extent) => (typeof extent === 'number' && extent > 0 ? extent : undefined));
}

/** The values of a network's tensors, computed when they are asked for. `path`: names of the models around it. */
function evaluate(
  network: KerasNetwork,
  inputs: readonly Value[],
  walk: Walk,
  path: readonly string[],
): (reference: TensorReference | undefined) => Value {
  const known = new Map<string, Value>();
  network.inputs.forEach(({ layer }, index) => {
    known.set(`${layer} 0`, inputs[index]!);
  });
  const resolve = (reference: TensorReference | undefined): Value => {
    const layer = network.layers.get(reference?.layer ?? '');
    if (!reference || !layer || reference.tensor !== 0) {
      walk.offenders.push(`a tensor of ${reference?.layer ?? network.name} that no layer gives`);
      return inputs[0]!;
    }
    const key = `${layer.name} ${reference.call}`;
    const value = known.get(key) ?? callOf(layer, reference.call, resolve, walk, path);
    known.set(key, value);
    return value;
  };
  return resolve;
}

function callOf(
  layer: KerasLayer,
  call: number,
  resolve: (reference: TensorReference) => Value,
  walk: Walk,
  path: readonly string[],
): Value {
  const { inputs: references, training } = layer.calls[call] ?? { inputs: [], training: false };
  const inputs = references.map(resolve);
  const { emit, weights, offenders, notes, kerasMajor } = walk;
  const described = `layer ${layer.name} (${layer.className})`;
  if (inputs.length === 0) {
    offenders.push(`${described} without an input`);
    return { rank: 4, plain: INPUT };
  }
  if (layer.inner) {
    return evaluate(layer.inner, inputs, walk, [...path, layer.name])(layer.inner.outputs[0]);
  }
  if (AUGMENTATION_LAYERS.has(layer.className)) {
    const when = training ? 'at random, even when predicting' : 'at random in training';
    notes.push(`${described} changes images ${when}: left out`);
    return inputs[0]!;
  }
  const rule = Object.hasOwn(LAYER_TABLE, layer.className) ? LAYER_TABLE[layer.className] : undefined;
  if (!rule) {
    offenders.push(`${described}, which is not supported`);
    return inputs[0]!;
  }
  emit.enter(layer.name);
  const find = (name: string): Constant | undefined => weightOf(weights, [...path, layer.name], name);
  const context: LayerContext = {
    emit,
    config: layer.config,
    inputs: inputs as [Value, ...Value[]],
    kerasMajor,
    has: (name) => find(name) !== undefined,
    weight(name) {
      const weight = find(name);
      if (!weight) throw unsupported(`no weight named ${layer.name}/${name}`);
      return weight;
    },
  };
  try {
    return rule(context);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    offenders.push(`${described}: ${reason}`);
    return inputs[0]!;
  }
}

/** The weight whose name ends in `layer/name`; of several, the one whose outer names are the models around. */
function weightOf(
  weights: ReadonlyMap<string, Constant>,
  path: readonly string[],
  name: string,
): Constant | undefined {
  const ending = `${path.at(-1)}/${name}`;
  const candidates = [...weights.keys()].filter((key) => {
    const plain = key.replace(/:0$/, '');
    return plain === ending || plain.endsWith(`/${ending}`);
  });
  const matching = candidates.filter((key) => path.slice(0, -1).every((outer) => key.includes(`${outer}/`)));
  const chosen = matching.length > 0 ? matching : candidates;
  return weights.get(chosen.toSorted((left, right) => left.length - right.length)[0] ?? '');
}

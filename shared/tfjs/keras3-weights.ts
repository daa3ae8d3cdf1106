/**
 * Names of the weights in a `.keras` archive.
 *
 * There a layer's weights lie at `layers/<class in snake case>[_n]/vars/<i>`, n counting the layers of that class in
 * the order of the network, i the order in which the layer made them: trainable ones first. Models inside models
 * repeat this. Source: keras/src/saving/saving_lib.py (_save_container_state), save_own_variables of each layer.
 */
import type { Constant } from '../onnx/constant.ts';
import type { KerasLayer, KerasNetwork } from './keras-topology.ts';
import type { LayerConfig } from './layer-config.ts';

/** `layer/weight` -> values; the outer models' names in front where two inner layers share a name. */
export function keras3Weights(
  network: KerasNetwork,
  arrays: ReadonlyMap<string, Constant>,
): Map<string, Constant> {
  const weights = new Map<string, Constant>();
  addNetwork(network, '', [], arrays, weights);
  return weights;
}

/** What the folder of a network's layers was called by Keras 3 and by Keras 2.12 to 2.15. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

function addNetwork(
  network: KerasNetwork,
  folder: string,
  path: readonly string[],
  arrays: ReadonlyMap<string, Constant>,
  weights: Map<string, Constant>,
): void {
  const counts = new Map<string, number>();
  for (const layer of network.layers.values()) {
    const kind = snakeCase(layer.className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const name = count === 0 ? kind : `${kind}_${count}`;
    for (const container of CONTAINERS) {
      const inside = `${folder}${container}/${name}/`;
      if (layer.inner) addNetwork(layer.inner, inside, [...path, layer.name], arrays, weights);
      else addLayer(layer, inside, path, arrays, weights);
    }
  }
}

function addLayer(
  { name, className, config }: KerasLayer,
  folder: string,
  path: readonly string[],
  arrays: ReadonlyMap<string, Constant>,
  weights: Map<string, Constant>,
): void {
  const names = variableNames(className, config);
  for (let index = 0; ; index++) {
    const values = arrays.get(`${folder}vars/${index}`);
    if (!values) return;
    const short = `${name}/${names[index] ?? `variable_${index}`}`;
    weights.set(weights.has(short) ? [...path, short].join('/') : short, values);
  }
}

function variableNames(className: string, config: LayerConfig): readonly string[] {
  const affine = [...(config.scale === false ? [] : ['gamma']), ...(config.center === false ? [] : ['beta'])];
  switch (className) {
    case 'BatchNormalization':
      return [...affine, 'moving_mean', 'moving_variance'];
    case 'LayerNormalization':
    case 'GroupNormalization':
      return affine;
    case 'DepthwiseConv2D':
      return ['depthwise_kernel', 'bias'];
    case 'SeparableConv2D':
      return ['depthwise_kernel', 'pointwise_kernel', 'bias'];
    case 'PReLU':
      return ['alpha'];
    case 'Normalization':
      return ['mean', 'variance', 'count'];
    default:
      return ['kernel', 'bias'];
  }
}

/** `BatchNormalization` -> `batch_normalization`, `Conv2D` -> `conv2d`, as Keras does. */
function snakeCase(name: string): string {
  return name
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

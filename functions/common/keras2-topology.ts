/**
 * Keras 3 JSON of a layers model said as Keras 2 does, which is what TF.js reads.
 *
 * Shapes are called `batch_input_shape`, element types are plain text, calls are lists of [layer, call, tensor].
 * Augmentation layers, which TF.js lacks and which predict nothing, are bypassed; so are penalties on weights. Keras 2 files stay as they are.
 */
import {
  type KerasLayer,
  type KerasNetwork,
  readKerasTopology,
  type TensorReference,
} from '../../shared/tfjs/keras-topology.ts';
import { AUGMENTATION_LAYERS } from '../../shared/tfjs/layers/layer-table.ts';

export function keras2Topology(topology: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { network, major } = readKerasTopology(topology);
  if (major < 3) return topology;
  return { keras_version: '2.15.0', backend: 'tensorflow', model_config: modelConfig(network) };
}

function modelConfig(network: KerasNetwork): Record<string, unknown> {
  const bypassed = (reference: TensorReference): TensorReference => {
    const layer = network.layers.get(reference.layer);
    const source = layer && isAugmentation(layer) ? layer.calls[reference.call]?.inputs[0] : undefined;
    return source ? bypassed(source) : reference;
  };
  const list = (reference: TensorReference): unknown[] => {
    const { layer, call, tensor } = bypassed(reference);
    // A model inside was called once when it was made, and that call counts.
    return [layer, network.layers.get(layer)?.inner ? call + 1 : call, tensor];
  };
  const layers = [...network.layers.values()].filter((layer) => !isAugmentation(layer));
  return {
    class_name: 'Functional',
    config: {
      name: network.name,
      layers: layers.map((layer) => ({
        class_name: layer.inner ? 'Functional' : layer.className,
        name: layer.name,
        config: layer.inner
          ? { ...(modelConfig(layer.inner).config as object), name: layer.name }
          : layerConfig(layer),
        inbound_nodes: layer.calls
          .filter(({ inputs }) => inputs.length > 0)
          .map(({ inputs }) => inputs.map((each) => [...list(each), {}])),
      })),
      input_layers: network.inputs.map(list),
      output_layers: network.outputs.map(list),
    },
  };
}

const isAugmentation = ({ className }: KerasLayer): boolean => AUGMENTATION_LAYERS.has(className);

function layerConfig({ name, config, className }: KerasLayer): Record<string, unknown> {
  const { batch_shape: shape, dtype } = config;
  const rest = Object.fromEntries(
    Object.entries(config).filter(([key]) => !/^(batch_shape|dtype)$|_regularizer$/.test(key)),
  );
  const given = className === 'InputLayer' && shape ? { batch_input_shape: shape } : {};
  const type = typeof dtype === 'object' && dtype !== null ? 'float32' : dtype;
  return { ...rest, ...given, ...(type !== undefined && { dtype: type }), name };
}

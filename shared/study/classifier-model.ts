/** A trained network as an ONNX classifier: `image` [N, C, H, W] -> logits [N, K], N free. */
import { floats } from '../onnx/constant.ts';
import { type Graph, OPSET } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { writeSourceModel } from '../onnx/write-model.ts';
import { normalizeFixed } from './batch-normalization.ts';
import type { Parameters, TrainableNetwork } from './trainable-network.ts';

/** With batch normalization `parameters` also hold `layer.mean` and `layer.variance`. */
export function classifierModel(network: TrainableNetwork, parameters: Parameters): Uint8Array {
  const { inputs, outputs, nodes, constants } = classifierGraph(network, parameters);
  const declared = (name: string, shape: readonly (number | undefined)[]) =>
    ({ name, type: 'float32', shape }) as const;
  return writeSourceModel({
    opset: OPSET,
    producer: 'cxai-study',
    input: declared(inputs[0]!, [undefined, ...network.imageShape]),
    output: declared(outputs[0]!, [undefined, network.classes]),
    nodes,
    constants,
  });
}

function classifierGraph(network: TrainableNetwork, parameters: Parameters): Graph {
  const builder = new GraphBuilder();
  const parameter = (name: string): string => {
    const { data, shape } = parameters.get(name)!;
    builder.constants.set(name, floats(data, shape));
    builder.values.set(name, { type: 'float32', shape });
    return name;
  };
  const logits = network.addForward(builder, {
    image: builder.input('image', [1, ...network.imageShape]),
    batch: -1,
    parameter,
    normalize: (value, layer) =>
      normalizeFixed(builder, value, [
        parameter(`${layer}.scale`),
        parameter(`${layer}.bias`),
        parameter(`${layer}.mean`),
        parameter(`${layer}.variance`),
      ]),
    dropout: (value) => value,
  });
  return builder.build([logits]);
}

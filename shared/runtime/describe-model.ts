/** What a model is, from its graph alone: operators, parameters, work and memory. Nothing is run. */
import { gradientGraph } from '../autodiff/gradient-graph.ts';
import { scoredGraph } from '../autodiff/output.ts';
import type { ElementType } from '../onnx/constant.ts';
import { forwardFlops } from '../onnx/forward-flops.ts';
import type { Graph } from '../onnx/graph.ts';
import { readModel } from '../onnx/read-model.ts';
import { specialize } from '../onnx/specialize.ts';
import { supportedOperators } from '../onnx/supported-operators.ts';
import { elementCount } from '../tensor/tensor.ts';

export interface ModelDescription {
  readonly opset: number;
  /** The program that wrote the file; '' where it does not say. */
  readonly producer: string;
  readonly input: {
    readonly name: string;
    readonly type: ElementType;
    readonly shape: readonly (number | undefined)[];
  };
  readonly output: string;
  /** How many nodes of the file each operator has, most frequent first. */
  readonly operators: readonly (readonly [operator: string, count: number])[];
  /** Numbers the file holds as weights. */
  readonly parameters: number;
  /** Floating-point operations of one image's forward pass. */
  readonly flops: number;
  readonly weightBytes: number;
  /** Bytes of all values of one image's gradient: more than an engine needs, since it reuses memory. */
  readonly gradientBytes: number;
}

/** `inputShape` is one image. Throws PermanentFault `model-refused`. */
export function describeModel(bytes: Uint8Array, inputShape: readonly number[]): ModelDescription {
  const model = readModel(bytes, supportedOperators);
  const { graph, input, output } = specialize(model, [1, ...inputShape]);
  const scored = scoredGraph(graph, output, 1, 'score');
  const counts = new Map<string, number>();
  for (const { op } of model.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  const weights = [...model.constants.values()].filter(({ type }) => type === 'float32');
  const parameters = weights.reduce((sum, { data }) => sum + data.length, 0);
  return {
    opset: model.opset,
    producer: model.producer,
    input: { name: model.input.name, type: model.input.type, shape: model.input.shape ?? [] },
    output: model.output.name,
    operators: [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)),
    parameters,
    flops: forwardFlops(bytes, inputShape),
    weightBytes: 4 * parameters,
    gradientBytes: 4 * valuesOf(gradientGraph(scored, input).graph),
  };
}

function valuesOf({ nodes, values }: Graph): number {
  const names = nodes.flatMap(({ outputs }) => outputs);
  return names.reduce((sum, name) => sum + elementCount(values.get(name)?.shape ?? []), 0);
}

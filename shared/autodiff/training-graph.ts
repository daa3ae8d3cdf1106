/**
 * A training graph: `image, labels, every parameter -> loss, logits, gradient of every parameter`.
 *
 * loss = −1/N · Σ_n Σ_k labels[n, k] · logsoftmax(logits)[n, k], the mean softmax cross-entropy; a final Softmax
 * of the model is left out. The batch size is fixed.
 *
 *   const training = trainingGraph(modelBytes, { batch: 32, parameters: ['conv1.weight', 'conv1.bias'] });
 *   const session = await runner.load(training.bytes);
 *   const result = await session.run({ image, labels, 'conv1.weight': w, 'conv1.bias': b });
 *   result.loss (shape []), result.logits [N, K], result['gradient/conv1.weight'] (shape of the weight)
 *
 * The optimizer and the weights stay with the caller: feed the current weights with every run. Their first
 * values are `training.initial`. Models for training hold Conv, Gemm, MatMul, Add and the activations and
 * pools that the gradient table knows; batch normalization takes its stored statistics as constants.
 */
import type { Constant } from '../onnx/constant.ts';
import type { Graph, Model } from '../onnx/graph.ts';
import { int } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { readModel } from '../onnx/read-model.ts';
import { specialize } from '../onnx/specialize.ts';
import { supportedOperators } from '../onnx/supported-operators.ts';
import { writeModel } from '../onnx/write-model.ts';
import { differentiate } from './differentiate.ts';
import { scoredGraph } from './output.ts';
import { reluAfterPool } from './relu-after-pool.ts';
import { renameValues } from './rename-values.ts';

export interface TrainingOptions {
  readonly batch: number;
  /** Names of weights in the model; all weights and biases of Conv, Gemm, MatMul, Add and Mul where left out. */
  readonly parameters?: readonly string[];
  /** One image without the batch axis, where the model leaves its extents open. */
  readonly inputShape?: readonly number[];
}

export interface TrainingGraph {
  readonly bytes: Uint8Array;
  readonly parameters: readonly string[];
  /** The weights as the model has them. */
  readonly initial: ReadonlyMap<string, Constant>;
  /** [N, ...image] and [N, K]. */
  readonly imageShape: readonly number[];
  readonly labelsShape: readonly number[];
}

export function trainingGraph(model: Uint8Array, options: TrainingOptions): TrainingGraph {
  const source = readModel(model, supportedOperators);
  const { batch, parameters = trainableWeights(source), inputShape = source.input.shape?.slice(1) } = options;
  const imageShape = [batch, ...(inputShape ?? [])].map((extent) => extent ?? 0);
  const { graph, input, output } = specialize(source, imageShape, { parameters });
  const logits = scoredGraph(reluAfterPool(graph), output, batch, 'logit');
  const labelsShape = [batch, logits.classCount];
  const { graph: lossGraph, loss } = withCrossEntropy(logits.graph, logits.scores, labelsShape);
  const { builder, gradients } = differentiate(lossGraph, loss, parameters, (b) => b.scalar(1));
  const outputs = [loss, logits.scores, ...parameters.map((name) => gradients.get(name)!)];
  const names = new Map([
    [input, 'image'],
    [loss, 'loss'],
    [logits.scores, 'logits'],
    ...parameters.map((name) => [gradients.get(name)!, `gradient/${name}`] as const),
  ]);
  const initial = new Map(parameters.map((name) => [name, source.constants.get(name)!]));
  const bytes = writeModel(renameValues(builder.build(outputs), names));
  return { bytes, parameters, initial, imageShape, labelsShape };
}

function trainableWeights({ nodes, constants }: Model): string[] {
  const read = nodes
    .filter(({ op }) => ['Conv', 'Gemm', 'MatMul', 'Add', 'Mul'].includes(op))
    .flatMap(({ inputs }) => inputs);
  return [...new Set(read)].filter((name) => constants.get(name)?.type === 'float32');
}

function withCrossEntropy(
  graph: Graph,
  logits: string,
  labelsShape: readonly number[],
): { readonly graph: Graph; readonly loss: string } {
  const builder = GraphBuilder.from(graph);
  const labels = builder.input('labels', labelsShape);
  const logProbabilities = builder.op('LogSoftmax', [logits], { axis: int(1) });
  const likelihood = builder.op('Mul', [labels, logProbabilities]);
  const total = builder.op('ReduceSum', [likelihood, builder.vector([0, 1])], { keepdims: int(0) });
  const loss = builder.op('Mul', [total, builder.scalar(-1 / labelsShape[0]!)]);
  return { graph: builder.build([loss, logits]), loss };
}

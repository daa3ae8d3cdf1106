/**
 * One step of training as one graph: gradients of every parameter, Adam, and the update.
 *
 *   image [N, C, H, W], labels [N, K], weights, first, second [P], rates [3], (kept [N, D] with dropout)
 *     -> logits [N, K], next/weights, next/first, next/second [P], (mean/layer, variance/layer [C])
 *
 * The loss is −1/N · Σ labels · logsoftmax(logits): one-hot labels, times a class's weight where classes are weighted.
 * All parameters, and Adam's two moments, are flat vectors, so a step has few feeds, whatever the network.
 */
import { differentiate } from '../autodiff/differentiate.ts';
import { reluAfterPool } from '../autodiff/relu-after-pool.ts';
import { renameValues } from '../autodiff/rename-values.ts';
import { indexedMaxPool } from '../autodiff/rules/pooling.ts';
import { int } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { writeModel } from '../onnx/write-model.ts';
import { addAdam } from './adam-update.ts';
import { normalizeBatch } from './batch-normalization.ts';
import { type ParameterLayout, parameterLayout, type TrainableNetwork } from './trainable-network.ts';

export interface TrainingStep {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: ParameterLayout;
  readonly imageShape: readonly number[];
  readonly labelsShape: readonly number[];
  /** [N, D]; null without dropout. */
  readonly keptShape: readonly number[] | null;
}

export interface StepOptions {
  readonly batch: number;
  readonly weightDecay?: boolean;
}

interface LossGradient {
  readonly builder: GraphBuilder;
  readonly layout: ParameterLayout;
  readonly logits: string;
  readonly loss: string;
  /** [P] */
  readonly gradient: string;
  /** Values by their final names: statistics of batch normalization. */
  readonly statistics: ReadonlyMap<string, string>;
}

export function trainingStep(network: TrainableNetwork, options: StepOptions): TrainingStep {
  const { batch, weightDecay = false } = options;
  const { builder, layout, logits, gradient, statistics } = lossGradient(network, batch);
  const [first, second] = ['first', 'second'].map((name) => builder.input(name, [layout.size]));
  const rates = builder.input('rates', [3]);
  const state = { weights: 'weights', first: first!, second: second! };
  const next = addAdam(builder, state, gradient, rates, weightDecay ? layout.decaying : 0);
  const names = new Map([
    [logits, 'logits'],
    [next.weights, 'next/weights'],
    [next.first, 'next/first'],
    [next.second, 'next/second'],
    ...[...statistics].map(([name, value]) => [value, name] as const),
  ]);
  const bytes = writeModel(renameValues(builder.build([...names.keys()]), names));
  return { bytes, layout, ...shapesOf(network, batch) };
}

/** The same without Adam: image, labels, weights -> loss, logits, gradient [P]. */
export function gradientStep(network: TrainableNetwork, batch: number): TrainingStep {
  const { builder, layout, loss, logits, gradient } = lossGradient(network, batch);
  const names = new Map([
    [loss, 'loss'],
    [logits, 'logits'],
    [gradient, 'gradient'],
  ]);
  const bytes = writeModel(renameValues(builder.build([...names.keys()]), names));
  return { bytes, layout, ...shapesOf(network, batch) };
}

function shapesOf({ imageShape, classes, droppedUnits }: TrainableNetwork, batch: number) {
  return {
    imageShape: [batch, ...imageShape],
    labelsShape: [batch, classes],
    keptShape: droppedUnits > 0 ? [batch, droppedUnits] : null,
  };
}

function lossGradient(network: TrainableNetwork, batch: number): LossGradient {
  const layout = parameterLayout(network);
  const builder = new GraphBuilder();
  const image = builder.input('image', [batch, ...network.imageShape]);
  const labels = builder.input('labels', [batch, network.classes]);
  const flat = builder.input('weights', [layout.size]);
  const kept = network.droppedUnits > 0 ? builder.input('kept', [batch, network.droppedUnits]) : undefined;
  const parameters = split(builder, flat, layout);
  const parameter = (name: string): string => parameters.get(name)!;
  const statistics = new Map<string, string>();
  const logits = network.addForward(builder, {
    image,
    batch,
    parameter,
    normalize(value, layer) {
      const result = normalizeBatch(builder, value, parameter(`${layer}.scale`), parameter(`${layer}.bias`));
      statistics.set(`mean/${layer}`, result.mean);
      statistics.set(`variance/${layer}`, result.variance);
      return result.value;
    },
    dropout: (value) => (kept ? builder.op('Mul', [value, kept]) : value),
  });
  const loss = crossEntropy(builder, logits, labels);
  const forward = reluAfterPool(builder.build([loss, logits, ...statistics.values()]));
  const wanted = layout.slots.map(({ name }) => parameter(name));
  const { builder: backward, gradients } = differentiate(forward, loss, wanted, (b) => b.scalar(1), {
    overrides: [indexedMaxPool],
  });
  const flatGradients = layout.slots.map(({ count }, index) =>
    backward.op('Reshape', [gradients.get(wanted[index]!)!, backward.vector([count])]),
  );
  const gradient = backward.op('Concat', flatGradients, { axis: int(0) });
  return { builder: backward, layout, logits, loss, gradient, statistics };
}

function split(builder: GraphBuilder, flat: string, { slots }: ParameterLayout): Map<string, string> {
  const counts = builder.vector(slots.map(({ count }) => count));
  const parts = builder.ops('Split', [flat, counts], { axis: int(0) }, slots.length);
  return new Map(
    slots.map(({ name, shape }, index) => [
      name,
      builder.op('Reshape', [parts[index]!, builder.vector(shape)]),
    ]),
  );
}

function crossEntropy(builder: GraphBuilder, logits: string, labels: string): string {
  const [batch] = builder.shape(logits) as [number];
  const logProbabilities = builder.op('LogSoftmax', [logits], { axis: int(1) });
  const likelihood = builder.op('Mul', [labels, logProbabilities]);
  const total = builder.op('ReduceSum', [likelihood, builder.vector([0, 1])], { keepdims: int(0) });
  return builder.op('Mul', [total, builder.scalar(-1 / batch)]);
}

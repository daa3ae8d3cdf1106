/**
 * Supervised training on our own gradient graphs: shuffled batches, softmax cross-entropy, Adam, a warm-up and
 * then a cosine decay to zero (Loshchilov and Hutter 2017). The same seed, data and engine give the same weights.
 */
import { xoshiro } from '../../shared/attribution/noise/xoshiro.ts';
import { trainingGraph } from '../../shared/autodiff/training-graph.ts';
import type { Runner, Session } from '../../shared/runtime/runner.ts';
import { elementCount, type Tensor32 } from '../../shared/tensor/tensor.ts';
import { Adam } from './adam.ts';

export interface TrainingSet {
  readonly inputs: readonly Float32Array[];
  /** Class index of each input. */
  readonly labels: readonly number[];
}

export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  /** Means over the epoch's training batches, each measured before its step. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface TrainingPlan {
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  /** A random change of an input that keeps its class; `coin` gives 0 or 1. Returns a new array. */
  readonly augment?: (input: Float32Array, coin: () => number) => Float32Array;
  readonly onEpoch?: (epoch: Epoch) => void;
}

export interface Trained {
  readonly parameters: ReadonlyMap<string, Tensor32>;
  readonly epochs: readonly Epoch[];
}

/** Trains `parameters` (names of weights in `model`) from the model's own values; the model is not changed. */
export async function trainClassifier(
  runner: Runner,
  model: Uint8Array,
  parameters: readonly string[],
  set: TrainingSet,
  plan: TrainingPlan,
): Promise<Trained> {
  const graph = trainingGraph(model, { batch: plan.batch, parameters });
  const session = await runner.load(graph.bytes);
  const weights = new Map<string, Tensor32>();
  for (const [name, { shape, data }] of graph.initial)
    weights.set(name, { shape, data: Float32Array.from(data) });
  const adam = new Adam({ weightDecay: plan.weightDecay });
  const random = xoshiro(plan.seed);
  const batches = Math.floor(set.inputs.length / plan.batch);
  const epochs: Epoch[] = [];
  for (let epoch = 1; epoch <= plan.epochs; epoch++) {
    const order = shuffled(set.inputs.length, random.below);
    let loss = 0;
    let right = 0;
    for (let index = 0; index < batches; index++) {
      const members = order.slice(index * plan.batch, (index + 1) * plan.batch);
      const feeds = batchOf(set, members, graph, plan, () => random.below(2));
      const step = await runStep(session, feeds, weights);
      loss += step.loss;
      right += countRight(step.logits, members, set.labels);
      const done = (epoch - 1) * batches + index;
      adam.stepInto(weights, step.gradients, learningRateAt(done, plan.epochs * batches, plan));
    }
    epochs.push({ epoch, loss: loss / batches, accuracy: right / (batches * plan.batch) });
    plan.onEpoch?.(epochs.at(-1)!);
  }
  await session.release();
  return { parameters: weights, epochs };
}

function shuffled(count: number, below: (bound: number) => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function batchOf(
  set: TrainingSet,
  members: readonly number[],
  graph: { readonly imageShape: readonly number[]; readonly labelsShape: readonly number[] },
  { augment = (input) => input }: TrainingPlan,
  coin: () => number,
): Record<string, Tensor32> {
  const image = new Float32Array(elementCount(graph.imageShape));
  const labels = new Float32Array(elementCount(graph.labelsShape));
  members.forEach((member, place) => {
    const input = set.inputs[member]!;
    image.set(augment(input, coin), place * input.length);
    labels[place * graph.labelsShape[1]! + set.labels[member]!] = 1;
  });
  return {
    image: { shape: graph.imageShape, data: image },
    labels: { shape: graph.labelsShape, data: labels },
  };
}

interface Step {
  readonly loss: number;
  readonly logits: Tensor32;
  readonly gradients: ReadonlyMap<string, Tensor32>;
}

async function runStep(
  session: Session,
  feeds: Record<string, Tensor32>,
  weights: ReadonlyMap<string, Tensor32>,
): Promise<Step> {
  const results = await session.run({ ...feeds, ...Object.fromEntries(weights) });
  const gradients = new Map([...weights.keys()].map((name) => [name, results[`gradient/${name}`]!]));
  return { loss: results.loss!.data[0]!, logits: results.logits!, gradients };
}

function countRight(
  { data, shape }: Tensor32,
  members: readonly number[],
  labels: readonly number[],
): number {
  const classes = shape[1]!;
  return members.filter((member, place) => {
    const row = data.subarray(place * classes, (place + 1) * classes);
    return row.indexOf(Math.max(...row)) === labels[member];
  }).length;
}

function learningRateAt(step: number, steps: number, { learningRate, warmupSteps }: TrainingPlan): number {
  const warm = Math.min(1, (step + 1) / warmupSteps);
  return learningRate * warm * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
}

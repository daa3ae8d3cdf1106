/** Makes an epoch's batches: shuffles, reads, augments, weights the labels, draws dropout. */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import { elementCount, type Tensor32 } from '../tensor/tensor.ts';
import { augmentInto, isIdentity } from './augment.ts';
import { classWeightsOf } from './class-weights.ts';
import type { TrainingImages, TrainingPlan } from './train.ts';
import type { TrainingStep } from './training-step.ts';

type Shapes = Pick<TrainingStep, 'imageShape' | 'labelsShape' | 'keptShape'>;

export class BatchMaker {
  readonly #plan: TrainingPlan;
  readonly #images: TrainingImages;
  readonly #shapes: Shapes;
  readonly #random: UniformSource;
  readonly #order: readonly number[];
  readonly #weights: readonly number[];
  #at = 0;

  constructor(plan: TrainingPlan, images: TrainingImages, shapes: Shapes, random: UniformSource) {
    this.#plan = plan;
    this.#images = images;
    this.#shapes = shapes;
    this.#random = random;
    this.#order = shuffled(images.train, random);
    const labels = images.train.map((index) => images.source.labels[index]!);
    this.#weights = classWeightsOf(labels, plan.network.classes, plan.training.classWeights);
  }

  /** The next batch; the caller asks for no more than whole ones. */
  next(): { readonly feeds: Record<string, Tensor32>; readonly labels: readonly number[] } {
    const { source } = this.#images;
    const members = this.#order.slice(this.#at, this.#at + this.#plan.batch);
    this.#at += members.length;
    const labels = members.map((index) => source.labels[index]!);
    const { imageShape, labelsShape, keptShape } = this.#shapes;
    const feeds: Record<string, Tensor32> = {
      image: { shape: imageShape, data: this.#read(members) },
      labels: { shape: labelsShape, data: this.#oneHot(labels) },
    };
    if (keptShape) feeds.kept = { shape: keptShape, data: this.#kept(elementCount(keptShape)) };
    return { feeds, labels };
  }

  #read(members: readonly number[]): Float32Array {
    const { network, range, training } = this.#plan;
    const data = new Float32Array(elementCount(this.#shapes.imageShape));
    this.#images.source.readInto(data, members);
    if (isIdentity(training.augmentation)) return data;
    const length = elementCount(network.imageShape);
    const image = new Float32Array(length);
    for (let place = 0; place < members.length; place++) {
      const slot = data.subarray(place * length, (place + 1) * length);
      image.set(slot);
      augmentInto(slot, image, network.imageShape, training.augmentation, range, this.#random);
    }
    return data;
  }

  #oneHot(labels: readonly number[]): Float32Array {
    const { classes } = this.#plan.network;
    const data = new Float32Array(labels.length * classes);
    labels.forEach((label, place) => {
      data[place * classes + label] = this.#weights[label]!;
    });
    return data;
  }

  #kept(count: number): Float32Array {
    const { dropout } = this.#plan;
    const factor = 1 / (1 - dropout);
    return Float32Array.from({ length: count }, () => (this.#random.uniform() < dropout ? 0 : factor));
  }
}

/** Fisher and Yates. */
function shuffled(indices: readonly number[], random: UniformSource): number[] {
  const order = [...indices];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

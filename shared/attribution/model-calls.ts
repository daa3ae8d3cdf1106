/**
 * Batched model calls of one attribution: it counts them, stops when told, and reports progress.
 *
 * Points are written one by one into a batch and their gradients are visited one by one, in order, so sums
 * come out the same whatever the batch size. Batches have the element type of the input.
 */
import { Cancelled, PermanentFault } from '../errors.ts';
import type { Classifier } from '../runtime/classifier.ts';
import {
  type Activations,
  type ConvolutionalClassifier,
  isConvolutional,
} from '../runtime/convolutional-classifier.ts';
import { type FloatArray, type Tensor, tensor } from '../tensor/tensor.ts';
import { allFinite } from './all-finite.ts';
import { batchSizeFor, evenBatchSize } from './batch-size.ts';
import { checkRequest } from './check-request.ts';
import type { Attribution, AttributionContext, Method } from './method.ts';
import { geometryOf } from './planes.ts';

/** Writes point `index` into `into` (one image, flat). Points are written one after another. */
export type WritePoint = (index: number, into: FloatArray) => void | Promise<void>;
/** `scores` [K] and `gradient` (one image, flat) of point `index`; both are views, valid during the call. */
export type VisitGradient = (index: number, gradient: Float32Array, scores: Float32Array) => void;
export type VisitScores = (index: number, scores: FloatArray) => void;

export class ModelCalls {
  /** Images per model call, at most. */
  readonly batchSize: number;
  readonly #where: string;
  readonly #model: Classifier;
  readonly #context: AttributionContext;
  readonly #float64: boolean;
  readonly #planned: number;
  readonly #size: number;
  #gradients = 0;
  #forwards = 0;
  /** Passes of methods that run inside this one and have not ended. */
  #nested = 0;
  #progress = 0;

  /** Checks the request. `planned` is what progress is measured against. */
  constructor(
    where: string,
    model: Classifier,
    input: Tensor,
    context: AttributionContext,
    planned: { readonly gradients: number; readonly forwards: number },
  ) {
    checkRequest(where, model, input, context);
    this.batchSize = Math.max(1, context.batchSize ?? batchSizeFor(model.inputShape, context.memoryLimit));
    this.#where = where;
    this.#model = model;
    this.#context = context;
    this.#float64 = input.data instanceof Float64Array;
    this.#planned = planned.gradients + planned.forwards;
    this.#size = input.data.length;
  }

  /** Gradients of the target's score at `count` points. */
  async forEachGradient(count: number, write: WritePoint, visit: VisitGradient): Promise<void> {
    await this.#inBatches(count, write, async (first, batch, length) => {
      const targets = new Array<number>(length).fill(this.#context.target);
      const { scores, gradient } = await this.#model.gradient(batch, targets);
      this.#gradients += length;
      this.#checkFinite('gradient', gradient.data);
      this.#checkFinite('scores', scores.data);
      const classes = this.#model.classCount;
      for (let i = 0; i < length; i++) {
        const part = gradient.data.subarray(i * this.#size, (i + 1) * this.#size);
        visit(first + i, part, scores.data.subarray(i * classes, (i + 1) * classes));
      }
    });
  }

  /** Scores at `count` points: forward passes only. */
  async forEachScores(count: number, write: WritePoint, visit: VisitScores): Promise<void> {
    await this.#inBatches(count, write, async (first, batch, length) => {
      const scores = await this.#model.scores(batch);
      this.#forwards += length;
      this.#checkFinite('scores', scores.data);
      const classes = this.#model.classCount;
      for (let i = 0; i < length; i++) {
        visit(first + i, scores.data.subarray(i * classes, (i + 1) * classes));
      }
    });
  }

  /** Feature maps at the input, and the gradient at them: one gradient. `name`: the last map unless given. */
  async activations(input: Tensor, name?: string): Promise<Activations> {
    const model = this.#convolutional();
    this.throwIfCancelled();
    if (name !== undefined && !model.featureMaps.includes(name)) {
      throw new PermanentFault(
        `${this.#where}: expected featureMap to be one of ${model.featureMaps.join(', ')}, got ${name}`,
        { code: 'feature-map-unknown' },
      );
    }
    const batch = tensor(input.data, [1, ...input.shape]);
    const found = await model.activations(batch, [this.#context.target], name);
    this.#gradients++;
    this.#checkFinite('gradient', found.gradients.data);
    this.#checkFinite('feature map', found.activations.data);
    this.#report();
    this.throwIfCancelled();
    return found;
  }

  /** The guided gradient at the input (every ReLU drops negative upstream gradients): one gradient. */
  async guidedGradient(input: Tensor): Promise<FloatArray> {
    const model = this.#convolutional();
    this.throwIfCancelled();
    const batch = tensor(input.data, [1, ...input.shape]);
    const { gradient } = await model.guidedGradient(batch, [this.#context.target]);
    this.#gradients++;
    this.#checkFinite('gradient', gradient.data);
    this.#report();
    this.throwIfCancelled();
    return gradient.data;
  }

  #convolutional(): ConvolutionalClassifier {
    if (isConvolutional(this.#model)) return this.#model;
    throw new PermanentFault(`${this.#where}: expected a model with convolutions, got one without`, {
      code: 'method-needs-convolutions',
      remedy: 'Use a method that needs gradients or scores only.',
    });
  }

  /** Score of the target at each of a few given points. */
  async targetScores(points: readonly FloatArray[]): Promise<number[]> {
    const found: number[] = [];
    await this.forEachScores(
      points.length,
      (index, into) => into.set(points[index]!),
      (_, scores) => found.push(scores[this.#context.target]!),
    );
    return found;
  }

  /** Runs another method inside this one, or several at once: calls count here, progress moves this one's. */
  async nested<O>(
    method: Method<O>,
    model: Classifier,
    input: Tensor,
    context: AttributionContext,
    options: O,
  ): Promise<Attribution> {
    this.throwIfCancelled();
    const share = method.cost(options, geometryOf(model));
    let done = 0;
    const onProgress = (fraction: number): void => {
      const now = fraction * (share.gradients + share.forwards);
      this.#nested += now - done;
      done = now;
      this.#report();
    };
    const found = await method.attribute(model, input, { ...context, onProgress }, options);
    this.#nested -= done;
    this.#gradients += found.gradients;
    this.#forwards += found.forwards;
    return found;
  }

  /** Throws Cancelled where the caller has stopped the work. */
  throwIfCancelled(): void {
    if (this.#context.signal?.aborted) throw new Cancelled(this.#where);
  }

  /** The finished attribution: the map in float32, with the counts of all calls. */
  finish(values: FloatArray, shape: readonly number[], extra: Partial<Attribution> = {}): Attribution {
    if (this.#progress < 1) this.#context.onProgress?.(1);
    this.#progress = 1;
    const map = tensor(new Float32Array(values), [...shape]);
    const { batchSize } = this;
    return { map, gradients: this.#gradients, forwards: this.#forwards, batchSize, ...extra };
  }

  async #inBatches(
    count: number,
    write: WritePoint,
    run: (first: number, batch: Tensor, length: number) => Promise<void>,
  ): Promise<void> {
    const size = evenBatchSize(count, this.batchSize);
    for (let first = 0; first < count; first += size) {
      this.throwIfCancelled();
      const length = Math.min(size, count - first);
      const elements = length * this.#size;
      const data = this.#float64 ? new Float64Array(elements) : new Float32Array(elements);
      for (let i = 0; i < length; i++) {
        const written = write(first + i, data.subarray(i * this.#size, (i + 1) * this.#size));
        if (written) await written;
      }
      await run(first, tensor(data, [length, ...this.#model.inputShape]), length);
      this.#report();
    }
    this.throwIfCancelled();
  }

  #report(): void {
    const done = this.#gradients + this.#forwards + this.#nested;
    const fraction = this.#planned > 0 ? Math.min(1, done / this.#planned) : 1;
    if (fraction <= this.#progress) return;
    this.#progress = fraction;
    this.#context.onProgress?.(fraction);
  }

  #checkFinite(what: string, values: Float32Array): void {
    if (allFinite(values)) return;
    const bad = values.find((value) => !Number.isFinite(value));
    throw new PermanentFault(`${this.#where}: expected a finite ${what} from the model, got ${bad}`, {
      code: 'model-not-finite',
      remedy: 'The model overflows on this input: check the preprocessing of its card.',
    });
  }
}

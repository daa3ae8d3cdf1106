/**
 * The laboratory of the figures: the bundled model, synthetic heads it has never seen, and every method on them.
 * Runs in the worker. What is slow and asked for again is kept.
 */
import type { AttributionContext } from '../../../../shared/attribution/method.ts';
import { methodNamed, parseOptions } from '../../../../shared/attribution/registry.ts';
import type { ModelCard } from '../../../../shared/manifest/model-card.ts';
import { randomizeLastLayers } from '../../../../shared/metrics/randomized-model.ts';
import { brainPhantom } from '../../../../shared/phantom/brain-phantom.ts';
import { reduceChannels } from '../../../../shared/render/reduce-channels.ts';
import { compileClassifier } from '../../../../shared/runtime/compile-classifier.ts';
import type { ConvolutionalClassifier } from '../../../../shared/runtime/convolutional-classifier.ts';
import type { Runner } from '../../../../shared/runtime/runner.ts';
import { type Tensor32, tensor } from '../../../../shared/tensor/tensor.ts';

export const side = 128;
export const pixels = side * side;
export const lesionClass = 1;

export interface Subject {
  readonly seed: number;
  readonly input: Tensor32;
  /** [128, 128] gray in 0 … 1: the input itself, since the card divides by 255 and does no more. */
  readonly gray: Float32Array;
  /** Above zero inside the lesion. */
  readonly mask: Uint8Array;
  readonly pattern: 'bright' | 'ring' | 'dark' | null;
  /** Logits: no lesion, lesion. */
  readonly scores: readonly [number, number];
  /** Of a lesion. */
  readonly probability: number;
}

export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

export interface FoundMap {
  readonly values: Float32Array;
  readonly signed: boolean;
  readonly unit: string;
  readonly completeness: { readonly gap: number; readonly expected: number } | null;
  readonly gradients: number;
  readonly forwards: number;
}

export interface AttributeOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly model?: ConvolutionalClassifier;
  readonly target?: number;
  readonly background?: Tensor32;
}

export const probabilityOf = (scores: readonly [number, number]): number =>
  1 / (1 + Math.exp(scores[0] - scores[1]));

export class Lab {
  readonly model: ConvolutionalClassifier;
  readonly #bytes: Uint8Array;
  readonly #card: ModelCard;
  readonly #runner: Runner;
  readonly #kept = new Map<string, Promise<unknown>>();
  /** Of the frame that is being made; frames are made one after the other. */
  watch: Watch = { signal: new AbortController().signal, onProgress: () => {} };

  constructor(model: ConvolutionalClassifier, bytes: Uint8Array, card: ModelCard, runner: Runner) {
    this.model = model;
    this.#bytes = bytes;
    this.#card = card;
    this.#runner = runner;
  }

  /** The result of `make`, made once; a failed or cancelled one is made again when asked for. */
  keep<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key) as Promise<T> | undefined;
    if (known) return known;
    const making = make();
    this.#kept.set(key, making);
    making.catch(() => this.#kept.delete(key));
    return making;
  }

  subject(seed: number, lesion: 'present' | 'absent' = 'present'): Promise<Subject> {
    return this.keep(`subject ${seed} ${lesion}`, async () => {
      const { image, mask, pattern } = brainPhantom(seed, { size: side, lesion });
      const gray = Float32Array.from(image, (value) => value / 255);
      const [scores] = await this.scores([gray]);
      const input = tensor(gray, [1, side, side]);
      return { seed, input, gray, mask, pattern, scores: scores!, probability: probabilityOf(scores!) };
    });
  }

  /** Logits of each image [128, 128]. */
  async scores(images: readonly Float32Array[], model = this.model): Promise<[number, number][]> {
    const { data } = await model.scores(batchOf(images));
    return images.map((_, n) => [data[2 * n]!, data[2 * n + 1]!]);
  }

  /** d logit / d pixel of each image. */
  async gradients(images: readonly Float32Array[], target = lesionClass): Promise<Float32Array[]> {
    const { gradient } = await this.model.gradient(
      batchOf(images),
      images.map(() => target),
    );
    return images.map((_, n) => gradient.data.slice(n * pixels, (n + 1) * pixels));
  }

  /** The map of a method by the same code as everywhere, [128, 128] raw values; kept unless for another model. */
  attribute(name: string, subject: Subject, given: AttributeOptions = {}): Promise<FoundMap> {
    const { options = {}, model, target = lesionClass, background } = given;
    const make = async (): Promise<FoundMap> => {
      const method = methodNamed(name);
      const context: AttributionContext = {
        ...this.watch,
        target,
        preprocessing: this.#card.input,
        runner: this.#runner,
        ...(background && { background }),
      };
      const chosen = parseOptions(method, options);
      const found = await method.attribute(model ?? this.model, subject.input, context, chosen);
      const { data } = reduceChannels(found.map, 'NCHW');
      return {
        values: data,
        signed: found.signed ?? method.signed,
        unit: found.unit ?? method.unit,
        completeness: found.completeness ?? null,
        gradients: found.gradients,
        forwards: found.forwards,
      };
    };
    if (model || background) return make();
    return this.keep(`${name} ${subject.seed} ${subject.pattern} ${target} ${JSON.stringify(options)}`, make);
  }

  /** The model with its last `layers` layers (of 6) randomized; none: the trained one. */
  forgetful(layers: number): Promise<ConvolutionalClassifier> {
    if (layers === 0) return Promise.resolve(this.model);
    return this.keep(`forgetful ${layers}`, () =>
      openModel(randomizeLastLayers(this.#bytes, layers, 7), this.#runner),
    );
  }

  /** Reports how much of a loop is done and stops where the figure wants another frame. */
  step(done: number, total: number): void {
    this.watch.onProgress(done / total);
    this.watch.signal.throwIfAborted();
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

export const openModel = (bytes: Uint8Array, runner: Runner): Promise<ConvolutionalClassifier> =>
  compileClassifier(bytes, runner, { layout: 'NCHW', inputShape: [1, side, side], maxBatch: 4 });

function batchOf(images: readonly Float32Array[]): Tensor32 {
  const data = new Float32Array(images.length * pixels);
  images.forEach((image, n) => {
    data.set(image, n * pixels);
  });
  return tensor(data, [images.length, 1, side, side]);
}

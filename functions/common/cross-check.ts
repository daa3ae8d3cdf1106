/**
 * Our gradient graphs against TensorFlow.js on the same images: the greatest difference of scores, and of gradients
 * relative to the greatest gradient. Two smooth images and one of noise-like texture, each explained for its
 * predicted class; values are taken over the model's own range.
 */
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { elementCount, type Tensor32 } from '../../shared/tensor/tensor.ts';

export interface CrossCheck {
  readonly images: number;
  /** max |a − b| over all scores. */
  readonly scores: number;
  /** max |a − b| ÷ max |b| over all pixels of all images; absolute where every gradient is 0. */
  readonly gradients: number;
  /** The greatest gradient: where it is tiny (a saturated model), relative differences say little. */
  readonly largestGradient: number;
  readonly agree: boolean;
}

const SCORE_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-3;

export async function crossCheck(ours: Classifier, theirs: Classifier, card: ModelCard): Promise<CrossCheck> {
  const batch = testImages(ours.inputShape, card.input.range);
  const images = batch.shape[0]!;
  const { data } = await ours.scores(batch);
  const targets = Array.from({ length: images }, (_, image) => {
    const scores = data.subarray(image * ours.classCount, (image + 1) * ours.classCount);
    return scores.indexOf(Math.max(...scores));
  });
  const a = await ours.gradient(batch, targets);
  const b = await theirs.gradient(batch, targets);
  const scores = greatest(a.scores.data, b.scores.data);
  const largestGradient = b.gradient.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = greatest(a.gradient.data, b.gradient.data);
  const gradients = largestGradient > 0 ? difference / largestGradient : difference;
  const saturated = difference < 1e-7;
  const agree = scores <= SCORE_TOLERANCE && (gradients <= GRADIENT_TOLERANCE || saturated);
  return { images, scores, gradients, largestGradient, agree };
}

function greatest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

function testImages(shape: readonly number[], [low = 0, high = 1]: readonly number[]): Tensor32 {
  const count = elementCount(shape);
  const waves = [0.0071, 0.13, 12.9898].map((frequency) =>
    Array.from({ length: count }, (_, at) => 0.5 + 0.5 * Math.sin(frequency * at + 1e-4 * at * (at % 97))),
  );
  const data = Float32Array.from(waves.flat(), (value) => low + (high - low) * value);
  return { shape: [waves.length, ...shape], data };
}

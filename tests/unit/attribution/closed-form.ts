/** Classifiers with a known formula, computed in float64, that count their calls. */
import { planesOf } from '../../../shared/attribution/planes.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import type { ConvolutionalClassifier } from '../../../shared/runtime/convolutional-classifier.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

export interface ClosedForm {
  readonly score: (x: Float64Array) => number;
  readonly gradient: (x: Float64Array) => Float64Array;
}

export interface CountingClassifier extends ConvolutionalClassifier {
  readonly calls: { gradients: number; forwards: number; batches: number[] };
}

/**
 * Class k scores (k + 1) · F(x), so that the target matters. Its one feature map is the image itself, and it
 * has no ReLU, so the guided gradient is the gradient.
 */
export function closedForm(
  form: ClosedForm,
  inputShape: readonly number[],
  layout: Classifier['layout'] = 'NHWC',
  classCount = 2,
): CountingClassifier {
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  const calls = { gradients: 0, forwards: 0, batches: [] as number[] };
  const images = (data: ArrayLike<number>): Float64Array[] =>
    Array.from({ length: data.length / size }, (_, n) =>
      Float64Array.from({ length: size }, (__, i) => data[n * size + i]!),
    );
  const scoresOf = (batch: Float64Array[]) =>
    tensor(
      Float32Array.from(
        batch.flatMap((x) => Array.from({ length: classCount }, (_, k) => (k + 1) * form.score(x))),
      ),
      [batch.length, classCount],
    );
  const channelsFirst = (data: ArrayLike<number>) => {
    const planes = planesOf({ layout, inputShape }, data);
    const [height, width] = layout === 'NCHW' ? inputShape.slice(-2) : inputShape;
    const flat = Float32Array.from(planes.flatMap((plane) => [...plane]));
    return tensor(flat, [1, planes.length, height!, width!]);
  };
  const model: CountingClassifier = {
    featureMaps: ['image'],
    async activations(batch, targets) {
      const { scores, gradient } = await model.gradient(batch, targets);
      return { scores, activations: channelsFirst(batch.data), gradients: channelsFirst(gradient.data) };
    },
    guidedGradient: (batch, targets) => model.gradient(batch, targets),
    inputShape,
    layout,
    classCount,
    calls,
    async scores({ data }) {
      const batch = images(data);
      calls.forwards += batch.length;
      calls.batches.push(batch.length);
      return scoresOf(batch);
    },
    async gradient({ data }, targets) {
      const batch = images(data);
      calls.gradients += batch.length;
      calls.batches.push(batch.length);
      const flat = new Float32Array(data.length);
      batch.forEach((x, n) => {
        flat.set(
          form.gradient(x).map((slope) => slope * (targets[n]! + 1)),
          n * size,
        );
      });
      return { scores: scoresOf(batch), gradient: tensor(flat, [batch.length, ...inputShape]) };
    },
    async release() {},
  };
  return model;
}

/** F(x) = Σ wᵢ xᵢᵖ. */
export function powerSum(weights: Float64Array, power: number): ClosedForm {
  return {
    score: (x) => x.reduce((sum, value, i) => sum + weights[i]! * value ** power, 0),
    gradient: (x) => x.map((value, i) => weights[i]! * power * value ** (power - 1)),
  };
}

/** F(x) = Σ wᵢ sin 3xᵢ. */
export function sineSum(weights: Float64Array): ClosedForm {
  return {
    score: (x) => x.reduce((sum, value, i) => sum + weights[i]! * Math.sin(3 * value), 0),
    gradient: (x) => x.map((value, i) => 3 * weights[i]! * Math.cos(3 * value)),
  };
}

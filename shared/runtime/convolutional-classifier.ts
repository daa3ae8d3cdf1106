/**
 * What some methods ask of a model beyond scores and gradients: Grad-CAM needs an inner feature map with the
 * gradient at it, guided backpropagation another rule for ReLU.
 */
import type { Tensor, Tensor32 } from '../tensor/tensor.ts';
import type { Classifier, Gradients } from './classifier.ts';

export interface Activations {
  /** [N, K] */
  readonly scores: Tensor32;
  /** [N, C, h, w]: the feature maps. */
  readonly activations: Tensor32;
  /** [N, C, h, w]: d scores[n, targets[n]] / d activations[n]. */
  readonly gradients: Tensor32;
}

export interface ConvolutionalClassifier extends Classifier {
  /** Names of the feature maps [N, C, h, w] in the order they are computed; the last one is the default. */
  readonly featureMaps: readonly string[];
  /** Feature maps and the gradient at them. `name` is one of `featureMaps`, by default the last. */
  activations(batch: Tensor, targets: readonly number[], name?: string): Promise<Activations>;
  /**
   * The gradient where every ReLU also drops negative upstream gradients (Springenberg 2015, fig. 1d). Throws
   * PermanentFault `method-needs-relu` where there is none to do so.
   */
  guidedGradient(batch: Tensor, targets: readonly number[]): Promise<Gradients>;
}

export function isConvolutional(classifier: Classifier): classifier is ConvolutionalClassifier {
  return 'featureMaps' in classifier && (classifier as ConvolutionalClassifier).featureMaps.length > 0;
}

/**
 * What an attribution method sees of a model: two functions. Never a framework, never a graph.
 */
import type { Tensor, Tensor32 } from '../tensor/tensor.ts';

export interface Gradients {
  /** [N, K], the model's own output (logits or probabilities, as the model card says). */
  readonly scores: Tensor32;
  /** [N, ...inputShape]: d scores[n, targets[n]] / d batch[n]. */
  readonly gradient: Tensor32;
}

export interface SharedGradients {
  /** [N, K] */
  readonly scores: Tensor32;
  /** For each list of targets [N, ...inputShape]. */
  readonly gradients: readonly Tensor32[];
}

export interface Classifier {
  /** One image without the batch axis, in the model's own layout: [C, H, W] or [H, W, C]. */
  readonly inputShape: readonly number[];
  readonly layout: 'NCHW' | 'NHWC';
  readonly classCount: number;
  /** [N, ...inputShape] in model units -> [N, K]. */
  scores(batch: Tensor): Promise<Tensor32>;
  /** Scores and input gradient in one pass; `targets` holds one class index per image of the batch. */
  gradient(batch: Tensor, targets: readonly number[]): Promise<Gradients>;
  /**
   * Gradients of several classes at the same images after one forward pass: `targets` holds a list for each, with one
   * class per image. Absent where the model cannot share the pass.
   */
  gradients?(batch: Tensor, targets: readonly (readonly number[])[]): Promise<SharedGradients>;
  release(): Promise<void>;
}

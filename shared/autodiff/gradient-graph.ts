/**
 * The graph a classifier runs: `image, seed -> scores, gradient`.
 *
 * gradient[n] = Σ_k seed[n, k] · ∂scores[n, k]/∂image[n]. With a one-hot seed per image, every image of the
 * batch has its own target class.
 */
import type { Graph } from '../onnx/graph.ts';
import { differentiate } from './differentiate.ts';
import type { GradientRule } from './gradient-rule.ts';
import type { ScoredGraph } from './output.ts';

export interface GradientGraph {
  readonly graph: Graph;
  /** Input [N, K]. */
  readonly seed: string;
  /** Outputs. */
  readonly scores: string;
  readonly gradient: string;
  /** The value the gradient is taken at: the image, or a tensor inside. It is an output when it is inside. */
  readonly at: string;
}

export interface GradientGraphOptions {
  readonly overrides?: readonly GradientRule[];
}

const SEED = 'seed';

/** The gradient of the scores at the value `at` of the graph (the image input, or an inner tensor). */
export function gradientGraph(
  scored: ScoredGraph,
  at: string,
  options: GradientGraphOptions = {},
): GradientGraph {
  const { graph, scores } = scored;
  const shape = graph.values.get(scores)!.shape;
  const { builder, gradients } = differentiate(graph, scores, [at], (b) => b.input(SEED, shape), options);
  const gradient = gradients.get(at)!;
  const outputs = graph.inputs.includes(at) ? [scores, gradient] : [scores, at, gradient];
  return { graph: builder.build(outputs), seed: SEED, scores, gradient, at };
}

/**
 * The graph a classifier runs: `image, seed -> scores, gradient`.
 *
 * gradient[n] = Σ_k seed[n, k] · ∂scores[n, k]/∂image[n]. With a one-hot seed per image, every image of the
 * batch has its own target class.
 */
import type { Graph } from '../onnx/graph.ts';
import { concatLast } from './concat-last.ts';
import { differentiate } from './differentiate.ts';
import type { GradientRule } from './gradient-rule.ts';
import { keepBlocked } from './keep-blocked.ts';
import type { ScoredGraph } from './output.ts';
import { reluAfterPool } from './relu-after-pool.ts';

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
  /** `blocked`: arranged for onnxruntime's CPU kernels; `plain` (default): for any other back end. */
  readonly layout?: 'blocked' | 'plain';
}

const SEED = 'seed';

/** The gradient of the scores at the value `at` of the graph (the image input, or an inner tensor). */
export function gradientGraph(
  scored: ScoredGraph,
  at: string,
  options: GradientGraphOptions = {},
): GradientGraph {
  const { overrides = [], layout = 'plain' } = options;
  const { scores } = scored;
  const atImage = scored.graph.inputs.includes(at);
  const pooled = atImage && overrides.length === 0 ? reluAfterPool(scored.graph) : scored.graph;
  const graph = atImage && layout === 'blocked' ? concatLast(pooled) : pooled;
  const shape = graph.values.get(scores)!.shape;
  const { builder, gradients } = differentiate(graph, scores, [at], (b) => b.input(SEED, shape), {
    overrides,
  });
  const gradient = gradients.get(at)!;
  const built = builder.build(atImage ? [scores, gradient] : [scores, at, gradient]);
  const forward = new Set(graph.nodes.map(({ outputs }) => outputs[0]));
  const arranged =
    layout === 'blocked' ? keepBlocked(built, ({ outputs }) => forward.has(outputs[0])) : built;
  return { graph: arranged, seed: SEED, scores, gradient, at };
}

/**
 * The graph a classifier runs: `image, seed -> scores, gradient`.
 *
 * gradient[n] = Σ_k seed[n, k] · ∂scores[n, k]/∂image[n]. With a one-hot seed per image, every image of the
 * batch has its own target class. With several seeds there is a gradient for each, after one forward pass.
 */
import type { Graph } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { concatLast } from './concat-last.ts';
import { differentiateForEach } from './differentiate.ts';
import type { GradientRule } from './gradient-rule.ts';
import { keepBlocked } from './keep-blocked.ts';
import { mergeConstants } from './merge-constants.ts';
import type { ScoredGraph } from './output.ts';
import { reluAfterPool } from './relu-after-pool.ts';

export interface GradientGraph {
  readonly graph: Graph;
  /** Inputs [N, K]. */
  readonly seeds: readonly string[];
  /** Outputs. */
  readonly scores: string;
  /** One for each seed. */
  readonly gradients: readonly string[];
  /** The value the gradient is taken at: the image, or a tensor inside. It is an output when it is inside. */
  readonly at: string;
}

export interface GradientGraphOptions {
  readonly overrides?: readonly GradientRule[];
  /** `blocked`: arranged for onnxruntime's CPU kernels; `plain` (default): for any other back end. */
  readonly layout?: 'blocked' | 'plain';
  /** Number of seeds; 1 unless given. */
  readonly targets?: number;
}

const seedName = (index: number): string => (index === 0 ? 'seed' : `seed_${index}`);

/** The gradient of the scores at the value `at` of the graph (the image input, or an inner tensor). */
export function gradientGraph(
  scored: ScoredGraph,
  at: string,
  options: GradientGraphOptions = {},
): GradientGraph {
  const { overrides = [], layout = 'plain', targets = 1 } = options;
  const { scores } = scored;
  const atImage = scored.graph.inputs.includes(at);
  const pooled = atImage && overrides.length === 0 ? reluAfterPool(scored.graph) : scored.graph;
  const graph = atImage && layout === 'blocked' ? concatLast(pooled) : pooled;
  const shape = graph.values.get(scores)!.shape;
  const seeds = Array.from({ length: targets }, (_, index) => seedName(index));
  const inputs = seeds.map((name) => (b: GraphBuilder) => b.input(name, shape));
  const { builder, gradients: found } = differentiateForEach(graph, scores, [at], inputs, { overrides });
  const gradients = found.map((each) => each.get(at)!);
  const whole = builder.build(atImage ? [scores, ...gradients] : [scores, at, ...gradients]);
  const built = targets > 1 ? mergeConstants(whole) : whole;
  const forward = new Set(graph.nodes.map(({ outputs }) => outputs[0]));
  const arranged =
    layout === 'blocked' ? keepBlocked(built, ({ outputs }) => forward.has(outputs[0])) : built;
  return { graph: arranged, seeds, scores, gradients, at };
}

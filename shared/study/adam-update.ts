/**
 * Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019), as graph nodes on
 * flat vectors:
 *   m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← (1 − ηλ)θ − η·c·m / (√v + ε̂)
 * where c = √(1−β₂ᵗ) / (1−β₁ᵗ) and ε̂ = ε·√(1−β₂ᵗ), which equals η·m̂ / (√v̂ + ε). η·c, ε̂ and ηλ change from step to
 * step and are fed as `rates`.
 */
import { int } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** [η·c, ε̂, ηλ] of step `step`, counted from 1. */
export function adamRates(step: number, learningRate: number, weightDecay: number): Float32Array {
  const root = Math.sqrt(1 - BETA2 ** step);
  return Float32Array.of(
    (learningRate * root) / (1 - BETA1 ** step),
    EPSILON * root,
    learningRate * weightDecay,
  );
}

export interface AdamState {
  readonly weights: string;
  readonly first: string;
  readonly second: string;
}

/** All [P], `rates` [3]; the first `decaying` weights decay (0: none, and no node for it). */
export function addAdam(
  graph: GraphBuilder,
  state: AdamState,
  gradient: string,
  rates: string,
  decaying: number,
): AdamState {
  const [stepSize, epsilon, decay] = [0, 1, 2].map((at) =>
    graph.op('Gather', [rates, graph.vector([at])], { axis: int(0) }),
  ) as [string, string, string];
  const blend = (old: string, beta: number, fresh: string): string =>
    graph.op('Add', [
      graph.op('Mul', [old, graph.scalar(beta)]),
      graph.op('Mul', [fresh, graph.scalar(1 - beta)]),
    ]);
  const first = blend(state.first, BETA1, gradient);
  const second = blend(state.second, BETA2, graph.op('Mul', [gradient, gradient]));
  const spread = graph.op('Add', [graph.op('Sqrt', [second]), epsilon]);
  const direction = graph.op('Mul', [graph.op('Div', [first, spread]), stepSize]);
  const kept = decaying > 0 ? decayed(graph, state.weights, decay, decaying) : state.weights;
  return { weights: graph.op('Sub', [kept, direction]), first, second };
}

function decayed(graph: GraphBuilder, weights: string, decay: string, decaying: number): string {
  const [size] = graph.shape(weights) as [number];
  const [head, tail] = graph.ops(
    'Split',
    [weights, graph.vector([decaying, size - decaying])],
    { axis: int(0) },
    2,
  ) as [string, string];
  const smaller = graph.op('Sub', [head, graph.op('Mul', [head, decay])]);
  return graph.op('Concat', [smaller, tail], { axis: int(0) });
}

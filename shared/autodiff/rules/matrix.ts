/** Gradients of matrix products: dA = dY·Bᵀ, dB = Aᵀ·dY, through whatever transposition and broadcasting. */
import { float, int, ints, numberOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { sumTo } from '../sum-to.ts';

/** Y = α·A′·B′ + β·C, A′ and B′ transposed where the node says so. */
const gemm = rule('Gemm', (node, [upstream], graph) => {
  const [left, right, bias] = node.inputs as [string, string, string | undefined];
  const transLeft = numberOf(node, 'transA', 0);
  const transRight = numberOf(node, 'transB', 0);
  const alpha = float(numberOf(node, 'alpha', 1));
  const product = (a: string, transA: number, b: string, transB: number): string =>
    graph.op('Gemm', [a, b], { alpha, transA: int(transA), transB: int(transB) });
  return [
    () => (transLeft ? product(right, transRight, upstream, 1) : product(upstream, 0, right, 1 - transRight)),
    () => (transRight ? product(upstream, 1, left, transLeft) : product(left, 1 - transLeft, upstream, 0)),
    bias
      ? () => {
          const beta = numberOf(node, 'beta', 1);
          const scaled = beta === 1 ? upstream : graph.op('Mul', [upstream, graph.scalar(beta)]);
          return sumTo(graph, scaled, graph.shape(bias));
        }
      : undefined,
  ];
});

const matMul = rule('MatMul', (node, [upstream], graph) => {
  const [left, right] = node.inputs as [string, string];
  const flat = graph.shape(left).length === 2 && graph.shape(right).length === 2;
  if (flat) {
    return [
      () => graph.op('Gemm', [upstream, right], { transB: int(1) }),
      () => graph.op('Gemm', [left, upstream], { transA: int(1) }),
    ];
  }
  return [
    () => sumTo(graph, graph.op('MatMul', [upstream, swapLast(graph, right)]), graph.shape(left)),
    () => sumTo(graph, graph.op('MatMul', [swapLast(graph, left), upstream]), graph.shape(right)),
  ];
});

function swapLast(graph: GraphBuilder, value: string): string {
  const rank = graph.shape(value).length;
  const order = Array.from({ length: rank }, (_, axis) => axis);
  [order[rank - 1], order[rank - 2]] = [rank - 2, rank - 1];
  return graph.op('Transpose', [value], { perm: ints(order) });
}

export const MATRIX_RULES: readonly GradientRule[] = [gemm, matMul];

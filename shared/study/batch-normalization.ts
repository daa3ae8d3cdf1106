/**
 * Batch normalization (Ioffe and Szegedy 2015, algorithm 1) as plain operators, so that its gradient follows from
 * theirs: y = scale · (x − mean) / √(variance + ε) + bias, with the mean and the (biased) variance of the batch.
 */
import { type Attribute, float, int } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

export const NORMALIZATION_EPSILON = 1e-5;
/** Share of a new batch in the running statistics, as in PyTorch. */
export const NORMALIZATION_MOMENTUM = 0.1;

export interface Normalized {
  readonly value: string;
  /** [C] */
  readonly mean: string;
  readonly variance: string;
}

/** `value` [N, C, H, W]; `scale` and `bias` [C]. */
export function normalizeBatch(graph: GraphBuilder, value: string, scale: string, bias: string): Normalized {
  const [n, c, h, w] = graph.shape(value) as [number, number, number, number];
  const axes = graph.vector([0, 2, 3]);
  const column = (name: string): string => graph.op('Reshape', [name, graph.vector([1, c, 1, 1])]);
  const row = (name: string): string => graph.op('Reshape', [name, graph.vector([c])]);
  const kept: Readonly<Record<string, Attribute>> = { keepdims: int(1) };
  const sum = (name: string): string =>
    graph.op('Mul', [graph.op('ReduceSum', [name, axes], kept), graph.scalar(1 / (n * h * w))]);
  const mean = sum(value);
  const centered = graph.op('Sub', [value, mean]);
  const variance = sum(graph.op('Mul', [centered, centered]));
  const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(NORMALIZATION_EPSILON)])]);
  const slope = graph.op('Div', [column(scale), deviation]);
  const scaled = graph.op('Add', [graph.op('Mul', [centered, slope]), column(bias)]);
  return { value: scaled, mean: row(mean), variance: row(variance) };
}

/** With fixed statistics: for use, and for export. */
export function normalizeFixed(
  graph: GraphBuilder,
  value: string,
  parts: readonly [scale: string, bias: string, mean: string, variance: string],
): string {
  return graph.op('BatchNormalization', [value, ...parts], { epsilon: float(NORMALIZATION_EPSILON) });
}

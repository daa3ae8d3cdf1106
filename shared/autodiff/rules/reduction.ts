/** Gradients of sums, means, softmax and batch normalization. */

import { positiveAxis } from '../../onnx/broadcast.ts';
import { filled } from '../../onnx/constant.ts';
import { float, int, numberOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { elementCount } from '../../tensor/tensor.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { spreadTo } from '../sum-to.ts';
import { scaledThroughWeights } from './through-weights.ts';

function reduction(op: 'ReduceSum' | 'ReduceMean'): GradientRule {
  return rule(op, (node, [upstream], graph) => [
    () => {
      const shape = graph.shape(node.inputs[0]!);
      const axes = graph.constantOf(node.inputs[1])?.data ?? shape.keys();
      const reduced = new Set(Array.from(axes, (axis) => positiveAxis(axis, shape.length)));
      const kept = shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent));
      const column = graph.op('Reshape', [upstream, graph.vector(kept)]);
      const share = elementCount(kept) / elementCount(shape);
      const scaled = op === 'ReduceMean' ? graph.op('Mul', [column, graph.scalar(share)]) : column;
      return spreadTo(graph, scaled, shape);
    },
  ]);
}

const globalAveragePool = rule('GlobalAveragePool', (node, [upstream], graph) => [
  () => {
    const shape = graph.shape(node.inputs[0]!);
    const scaled = graph.op('Mul', [upstream, graph.scalar(1 / elementCount(shape.slice(2)))]);
    return spreadTo(graph, scaled, shape);
  },
]);

/** y·(dy − Σ dy·y) */
const softmax = rule('Softmax', (node, [upstream], graph) => [
  () => {
    const y = node.outputs[0]!;
    const weighted = graph.op('Mul', [upstream, y]);
    const total = sumAlong(graph, weighted, numberOf(node, 'axis', -1));
    return graph.op('Sub', [weighted, graph.op('Mul', [y, total])]);
  },
]);

/** dy − exp(y)·Σ dy */
const logSoftmax = rule('LogSoftmax', (node, [upstream], graph) => [
  () => {
    const total = sumAlong(graph, upstream, numberOf(node, 'axis', -1));
    return graph.op('Sub', [upstream, graph.op('Mul', [graph.op('Exp', [node.outputs[0]!]), total])]);
  },
]);

function sumAlong(graph: GraphBuilder, value: string, axis: number): string {
  return graph.op('ReduceSum', [value, graph.vector([axis])], { keepdims: int(1) });
}

/** Inference mode is linear: dy·scale/√(var + ε). */
const batchNormalization = rule('BatchNormalization', (node, [upstream], graph) => [
  () => {
    const [, scale, , mean, variance] = node.inputs as [string, string, string, string, string];
    const epsilon = numberOf(node, 'epsilon', 1e-5);
    const gains = graph.constantOf(scale)?.data;
    const spreads = graph.constantOf(variance)?.data;
    if (gains && spreads) {
      const factors = Float64Array.from(gains, (gain, at) => gain / Math.sqrt(spreads[at]! + epsilon));
      const scaled = scaledThroughWeights(graph, upstream, factors);
      if (scaled) return scaled;
    }
    const none = graph.constant(filled(0, graph.shape(mean)));
    return graph.op('BatchNormalization', [upstream, scale, none, none, variance], {
      epsilon: float(epsilon),
    });
  },
]);

export const REDUCTION_RULES: readonly GradientRule[] = [
  reduction('ReduceSum'),
  reduction('ReduceMean'),
  globalAveragePool,
  softmax,
  logSoftmax,
  batchNormalization,
];

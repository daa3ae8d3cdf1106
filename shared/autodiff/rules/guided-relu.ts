/**
 * Guided backpropagation's rule for ReLU: max(dy, 0) where y > 0, else 0 (Springenberg 2015, fig. 1d).
 * Given as an override, it replaces the derivative of Relu and of Clip from 0 (ReLU6).
 */
import type { Graph, Node } from '../../onnx/graph.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { ACTIVATION_RULES, positiveMask } from './activation.ts';

const relu = rule('Relu', (node, [upstream], graph) => [
  () => graph.op('Mul', [graph.op('Relu', [upstream]), positiveMask(graph, node.outputs[0]!)]),
]);

const clip = rule('Clip', (node, [upstream], graph) => {
  const derivative = ACTIVATION_RULES.find(({ op }) => op === 'Clip')!;
  return derivative.gradient(
    node,
    [startsAtZero(node, graph) ? graph.op('Relu', [upstream]) : upstream],
    graph,
  );
});

export const GUIDED_RULES: readonly GradientRule[] = [relu, clip];

/** Whether the rules change anything on the way back to `input`. */
export function hasGuidedRelu(graph: Graph, input: string): boolean {
  const dependent = new Set([input]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => dependent.has(name))) continue;
    if (node.op === 'Relu' || (node.op === 'Clip' && startsAtZero(node, graph))) return true;
    for (const name of node.outputs) dependent.add(name);
  }
  return false;
}

const startsAtZero = ({ inputs }: Node, { constants }: Pick<Graph, 'constants'>): boolean =>
  constants.get(inputs[1] ?? '')?.data[0] === 0;

/**
 * Guided backpropagation's rule for ReLU: max(dy, 0) where y > 0, else 0 (Springenberg 2015, fig. 1d).
 * Given as an override, it replaces the derivative of Relu and of Clip from 0 (ReLU6).
 */
import { type GradientRule, rule } from '../gradient-rule.ts';
import { ACTIVATION_RULES, positiveMask } from './activation.ts';

const relu = rule('Relu', (node, [upstream], graph) => [
  () => graph.op('Mul', [graph.op('Relu', [upstream]), positiveMask(graph, node.outputs[0]!)]),
]);

const clip = rule('Clip', (node, [upstream], graph) => {
  const derivative = ACTIVATION_RULES.find(({ op }) => op === 'Clip')!;
  const startsAtZero = graph.constantOf(node.inputs[1])?.data[0] === 0;
  return derivative.gradient(node, [startsAtZero ? graph.op('Relu', [upstream]) : upstream], graph);
});

export const GUIDED_RULES: readonly GradientRule[] = [relu, clip];

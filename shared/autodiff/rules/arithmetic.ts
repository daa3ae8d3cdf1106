/** Gradients of element-wise arithmetic; where an input was broadcast, its gradient is summed back. */
import type { Node } from '../../onnx/graph.ts';
import { float } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { sumTo } from '../sum-to.ts';

type Side = (node: Node, upstream: string, graph: GraphBuilder) => string;

function binary(op: string, left: Side, right: Side): GradientRule {
  return rule(op, (node, [upstream], graph) =>
    [left, right].map(
      (side, index) => () => sumTo(graph, side(node, upstream, graph), graph.shape(node.inputs[index]!)),
    ),
  );
}

function unary(op: string, side: Side): GradientRule {
  return rule(op, (node, [upstream], graph) => [() => side(node, upstream, graph)]);
}

const pass: Side = (_node, upstream) => upstream;
const negate: Side = (_node, upstream, graph) => graph.op('Neg', [upstream]);
const times =
  (index: 0 | 1): Side =>
  ({ inputs }, upstream, graph) =>
    graph.op('Mul', [upstream, inputs[index]!]);

const overRight: Side = ({ inputs }, upstream, graph) => graph.op('Div', [upstream, inputs[1]!]);

/** −dy·y / b */
const quotientRight: Side = ({ inputs, outputs }, upstream, graph) =>
  graph.op('Neg', [graph.op('Div', [graph.op('Mul', [upstream, outputs[0]!]), inputs[1]!])]);

/** dy·p·xᵖ⁻¹ */
const powerBase: Side = ({ inputs: [base, exponent] }, upstream, graph) => {
  const lowered = graph.op('Sub', [exponent!, graph.scalar(1)]);
  const isSquare = graph.constantOf(lowered)?.data.every((value) => value === 1);
  const power = isSquare ? base! : graph.op('Pow', [base!, lowered]);
  return graph.op('Mul', [graph.op('Mul', [upstream, exponent!]), power]);
};

/** dy·y·ln x */
const powerExponent: Side = ({ inputs: [base], outputs: [y] }, upstream, graph) =>
  graph.op('Mul', [graph.op('Mul', [upstream, y!]), graph.op('Log', [base!])]);

/** dy where this side wins, half where both are equal. */
const wins =
  (larger: 0 | 1, smaller: 0 | 1): Side =>
  ({ inputs }, upstream, graph) => {
    const lead = graph.op('Sub', [inputs[larger]!, inputs[smaller]!]);
    const share = graph.op('HardSigmoid', [lead], { alpha: float(1e37), beta: float(0.5) });
    return graph.op('Mul', [upstream, share]);
  };

const where = rule('Where', (node, [upstream], graph) => {
  const [condition, left, right] = node.inputs as [string, string, string];
  const zero = graph.scalar(0);
  return [
    undefined,
    () => sumTo(graph, graph.op('Where', [condition, upstream, zero]), graph.shape(left)),
    () => sumTo(graph, graph.op('Where', [condition, zero, upstream]), graph.shape(right)),
  ];
});

export const ARITHMETIC_RULES: readonly GradientRule[] = [
  binary('Add', pass, pass),
  binary('Sub', pass, negate),
  binary('Mul', times(1), times(0)),
  binary('Div', overRight, quotientRight),
  binary('Pow', powerBase, powerExponent),
  binary('Max', wins(0, 1), wins(1, 0)),
  binary('Min', wins(1, 0), wins(0, 1)),
  where,
  unary('Neg', negate),
  unary('Abs', ({ inputs }, upstream, graph) => graph.op('Mul', [upstream, graph.op('Sign', [inputs[0]!])])),
  unary('Exp', ({ outputs }, upstream, graph) => graph.op('Mul', [upstream, outputs[0]!])),
  unary('Log', ({ inputs }, upstream, graph) => graph.op('Div', [upstream, inputs[0]!])),
  unary('Sqrt', ({ outputs }, upstream, graph) =>
    graph.op('Div', [graph.op('Mul', [upstream, graph.scalar(0.5)]), outputs[0]!]),
  ),
  unary('Sin', ({ inputs }, upstream, graph) => graph.op('Mul', [upstream, graph.op('Cos', [inputs[0]!])])),
  unary('Cos', ({ inputs }, upstream, graph) =>
    graph.op('Neg', [graph.op('Mul', [upstream, graph.op('Sin', [inputs[0]!])])]),
  ),
];

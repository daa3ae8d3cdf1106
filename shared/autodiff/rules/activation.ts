/**
 * Gradients of activations, from the output where that is enough (nothing else need be kept).
 *
 * The step function is HardSigmoid(α = 1e37, β = 0): 1 above zero, 0 at and below, and unlike Where and
 * Greater it stays in the engine's blocked layout.
 */
import { float, type Node, numberOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';

const STEEP = 1e37;

/** 1 where value > 0, else 0. Values in (0, 1e-37) count in part. */
export function positiveMask(graph: GraphBuilder, value: string): string {
  return graph.op('HardSigmoid', [value], { alpha: float(STEEP), beta: float(0) });
}

/** A rule dy·slope, where `slope` builds dy/dx. */
function scaled(op: string, slope: (node: Node, graph: GraphBuilder) => string): GradientRule {
  return rule(op, (node, [upstream], graph) => [() => graph.op('Mul', [upstream, slope(node, graph)])]);
}

/** a + b·value */
function affine(graph: GraphBuilder, a: number, b: number, value: string): string {
  const product = b === 1 ? value : graph.op('Mul', [value, graph.scalar(b)]);
  return a === 0 ? product : graph.op('Add', [product, graph.scalar(a)]);
}

const relu = scaled('Relu', (node, graph) => positiveMask(graph, node.outputs[0]!));

const leakyRelu = scaled('LeakyRelu', (node, graph) => {
  const alpha = numberOf(node, 'alpha', 0.01);
  return affine(graph, alpha, 1 - alpha, positiveMask(graph, node.inputs[0]!));
});

/**
 * Derivative 1 strictly between the bounds, 0 at them: as PyTorch's hardtanh and TensorFlow's relu6.
 *
 * Read off the output y: clip₀₁(s·y − s·low) · clip₀₁(s·high − s·y) with s = 2^80, which is exact since a power of
 * two only moves the exponent. So y alone is kept, in the engine's blocked layout.
 */
const clip = rule('Clip', (node, [upstream], graph) => [
  () => {
    const [low, high] = node.inputs.slice(1).map((name) => graph.constantOf(name)!.data[0]!) as [
      number,
      number,
    ];
    const masked = (value: string, slope: number, bound: number): string =>
      Math.abs(bound) >= UNBOUNDED
        ? value
        : graph.op('Mul', [value, steep(graph, node.outputs[0]!, slope, -slope * bound)]);
    return masked(masked(upstream!, POWER, low), -POWER, high);
  },
]);

const POWER = 2 ** 80;
/** Bounds beyond are never reached by activations, and POWER times them would overflow. */
const UNBOUNDED = 2 ** 40;

function steep(graph: GraphBuilder, value: string, alpha: number, beta: number): string {
  return graph.op('HardSigmoid', [value], { alpha: float(alpha), beta: float(beta) });
}

/** y·(1 − y) */
const sigmoid = scaled('Sigmoid', ({ outputs: [y] }, graph) =>
  graph.op('Mul', [y!, graph.op('Sub', [graph.scalar(1), y!])]),
);

/** 1 − y² */
const tanh = scaled('Tanh', ({ outputs: [y] }, graph) =>
  graph.op('Sub', [graph.scalar(1), graph.op('Mul', [y!, y!])]),
);

/** α inside (0, 1), 0 on and beyond the bends. */
const hardSigmoid = scaled('HardSigmoid', (node, graph) => {
  const y = node.outputs[0]!;
  const inside = graph.op('Mul', [
    positiveMask(graph, y),
    positiveMask(graph, graph.op('Sub', [graph.scalar(1), y])),
  ]);
  return graph.op('Mul', [inside, graph.scalar(numberOf(node, 'alpha', 0.2))]);
});

function whereAbove(graph: GraphBuilder, input: string, above: number, otherwise: string): string {
  const condition = graph.op('Greater', [input, graph.scalar(0)]);
  return graph.op('Where', [condition, graph.scalar(above), otherwise]);
}

/** 1 above zero, y + α below. */
const elu = scaled('Elu', (node, graph) => {
  const below = affine(graph, numberOf(node, 'alpha', 1), 1, node.outputs[0]!);
  return whereAbove(graph, node.inputs[0]!, 1, below);
});

/** γ above zero, y + γ·α below. */
const selu = scaled('Selu', (node, graph) => {
  const alpha = numberOf(node, 'alpha', 1.6732632);
  const gamma = numberOf(node, 'gamma', 1.050701);
  return whereAbove(graph, node.inputs[0]!, gamma, affine(graph, gamma * alpha, 1, node.outputs[0]!));
});

const softplus = scaled('Softplus', ({ inputs: [x] }, graph) => graph.op('Sigmoid', [x!]));

/** 1/(1 + |x|)² */
const softsign = rule('Softsign', ({ inputs: [x] }, [upstream], graph) => [
  () => {
    const bound = affine(graph, 1, 1, graph.op('Abs', [x!]));
    return graph.op('Div', [upstream, graph.op('Mul', [bound, bound])]);
  },
]);

/** 2/√π · exp(−x²) */
const erf = scaled('Erf', ({ inputs: [x] }, graph) => {
  const bell = graph.op('Exp', [graph.op('Neg', [graph.op('Mul', [x!, x!])])]);
  return affine(graph, 0, 2 / Math.sqrt(Math.PI), bell);
});

export const ACTIVATION_RULES: readonly GradientRule[] = [
  relu,
  leakyRelu,
  clip,
  sigmoid,
  tanh,
  hardSigmoid,
  elu,
  selu,
  softplus,
  softsign,
  erf,
];

/** Lowerings of activations, reductions and n-ary arithmetic to a few operators with gradients of their own. */
import { elementCount } from '../../tensor/tensor.ts';
import { positiveAxis } from '../broadcast.ts';
import { ELEMENT_TYPES } from '../constant.ts';
import { float, int, ints, type Node, numberOf, textOf } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { type Lowering, lowering } from '../lowering.ts';
import { windowAttributes } from '../window.ts';
import { listOf, reshapeTo } from './shape.ts';

const clip: Lowering['lower'] = (node, graph) => {
  const computed = node.inputs.slice(1).some((name) => name !== '' && !graph.constantOf(name));
  if (computed) return clipBetween(node, graph);
  const bound = (attribute: string, input: number, none: number): number =>
    graph.constantOf(node.inputs[input])?.data[0] ?? numberOf(node, attribute, none);
  const low = bound('min', 1, Number.NEGATIVE_INFINITY);
  const high = bound('max', 2, Number.POSITIVE_INFINITY);
  if (low <= -3.4e38 && high >= 3.4e38) return node.inputs[0]!;
  if (low === 0 && high >= 3.4e38) return graph.op('Relu', [node.inputs[0]!]);
  return graph.op('Clip', [
    node.inputs[0]!,
    graph.scalar(Math.max(low, -3.4e38)),
    graph.scalar(Math.min(high, 3.4e38)),
  ]);
};

/** Bounds that are computed: min(max(x, low), high). */
function clipBetween({ inputs: [input, low, high] }: Node, graph: GraphBuilder): string {
  const raised = low ? graph.op('Max', [input!, low]) : input!;
  return high ? graph.op('Min', [raised, high]) : raised;
}

/** Parametric ReLU: max(x, 0) − slope·max(−x, 0). */
const pRelu: Lowering['lower'] = (node, graph) => {
  const [input, slope] = node.inputs as [string, string];
  const negative = graph.op('Relu', [graph.op('Neg', [input])]);
  return graph.op('Sub', [graph.op('Relu', [input]), graph.op('Mul', [negative, slope])]);
};

const hardSwish: Lowering['lower'] = (node, graph) => {
  const gate = graph.op('HardSigmoid', [node.inputs[0]!], { alpha: float(1 / 6), beta: float(0.5) });
  return graph.op('Mul', [node.inputs[0]!, gate]);
};

const mish: Lowering['lower'] = (node, graph) =>
  graph.op('Mul', [node.inputs[0]!, graph.op('Tanh', [graph.op('Softplus', [node.inputs[0]!])])]);

/** x·Φ(x), exactly by erf or by the tanh approximation (Hendrycks 2016). */
const gelu: Lowering['lower'] = (node, graph) => {
  const input = node.inputs[0]!;
  const half = graph.op('Mul', [input, graph.scalar(0.5)]);
  const exact = textOf(node, 'approximate', 'none') === 'none';
  const bell = exact
    ? graph.op('Erf', [graph.op('Mul', [input, graph.scalar(Math.SQRT1_2)])])
    : graph.op('Tanh', [graph.op('Mul', [cubic(graph, input), graph.scalar(Math.sqrt(2 / Math.PI))])]);
  return graph.op('Mul', [half, graph.op('Add', [bell, graph.scalar(1)])]);
};

function cubic(graph: GraphBuilder, input: string): string {
  const square = graph.op('Mul', [input, input]);
  const slope = graph.op('Add', [graph.op('Mul', [square, graph.scalar(0.044715)]), graph.scalar(1)]);
  return graph.op('Mul', [input, slope]);
}

/** x for x > α, else 0: x times the step at α. */
const thresholdedRelu: Lowering['lower'] = (node, graph) => {
  const above = graph.op('Greater', [node.inputs[0]!, graph.scalar(numberOf(node, 'alpha', 1))]);
  return graph.op('Where', [above, node.inputs[0]!, graph.scalar(0)]);
};

const reciprocal: Lowering['lower'] = (node, graph) => graph.op('Div', [graph.scalar(1), node.inputs[0]!]);

function chained(op: 'Add' | 'Min' | 'Max'): Lowering['lower'] {
  return (node, graph) => node.inputs.reduce((left, right) => graph.op(op, [left, right]));
}

const mean: Lowering['lower'] = (node, graph) => {
  const total = node.inputs.reduce((left, right) => graph.op('Add', [left, right]));
  return graph.op('Mul', [total, graph.scalar(1 / node.inputs.length)]);
};

/** Before operator set 13 these ran over all axes from `axis` on, as one. */
function flattened(op: 'Softmax' | 'LogSoftmax'): Lowering['lower'] {
  return (node, graph) => {
    const shape = graph.shape(node.inputs[0]!);
    const axis = positiveAxis(numberOf(node, 'axis', 1), shape.length);
    const rows = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
    const flat = shape.length === 2 && axis === 1 ? node.inputs[0]! : reshapeTo(graph, node.inputs[0]!, rows);
    const result = graph.op(op, [flat], { axis: int(1) });
    return flat === node.inputs[0] ? result : reshapeTo(graph, result, shape);
  };
}

function alongAxis(op: 'Softmax' | 'LogSoftmax'): Lowering['lower'] {
  return (node, graph) => {
    const rank = graph.shape(node.inputs[0]!).length;
    return graph.op(op, [node.inputs[0]!], { axis: int(positiveAxis(numberOf(node, 'axis', -1), rank)) });
  };
}

/** Axes of a reduction; undefined where there is nothing to reduce. */
function reducedAxes(...[node, graph]: Parameters<Lowering['lower']>): number[] | undefined {
  const rank = graph.shape(node.inputs[0]!).length;
  const given = listOf(node, graph, 'axes', 1);
  if (given && given.length > 0) return given.map((axis) => positiveAxis(axis, rank)).sort((a, b) => a - b);
  return numberOf(node, 'noop_with_empty_axes', 0) === 1
    ? undefined
    : Array.from({ length: rank }, (_, axis) => axis);
}

function reduction(
  before: (graph: GraphBuilder, input: string) => string,
  op: 'ReduceSum' | 'ReduceMean' | 'ReduceProd',
  after: (graph: GraphBuilder, input: string) => string = (_graph, input) => input,
): Lowering['lower'] {
  return (node, graph) => {
    const axes = reducedAxes(node, graph);
    const parts = before(graph, node.inputs[0]!);
    if (!axes) return after(graph, parts);
    const keepdims = int(numberOf(node, 'keepdims', 1));
    return after(graph, graph.op(op, [parts, graph.vector(axes)], { keepdims }));
  };
}

/** The maximum over axes as a max-pool over one flattened axis, so that ties go to the first. */
function extreme(sign: 1 | -1): Lowering['lower'] {
  return (node, graph) => {
    const input = node.inputs[0]!;
    const axes = reducedAxes(node, graph);
    if (!axes) return input;
    if (graph.constantOf(input)) {
      return graph.op(sign === 1 ? 'ReduceMax' : 'ReduceMin', [input, graph.vector(axes)], {
        keepdims: int(numberOf(node, 'keepdims', 1)),
      });
    }
    const shape = graph.shape(input);
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const moved = graph.op('Transpose', [input], { perm: ints([...kept, ...axes]) });
    const count = elementCount(axes.map((axis) => shape[axis]!));
    const rows = reshapeTo(graph, moved, [1, elementCount(kept.map((axis) => shape[axis]!)), count]);
    const signed = sign === 1 ? rows : graph.op('Neg', [rows]);
    const window = { kernel: [count], strides: [1], dilations: [1], pads: [0, 0] };
    const top = graph.op('MaxPool', [signed], windowAttributes(window));
    const keep = numberOf(node, 'keepdims', 1) === 1;
    const target = shape.flatMap((extent, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [extent]));
    return reshapeTo(graph, sign === 1 ? top : graph.op('Neg', [top]), target);
  };
}

const plain = (_graph: GraphBuilder, input: string): string => input;
const square = (graph: GraphBuilder, input: string): string => graph.op('Mul', [input, input]);
const absolute = (graph: GraphBuilder, input: string): string => graph.op('Abs', [input]);
const root = (graph: GraphBuilder, input: string): string => graph.op('Sqrt', [input]);
const exponential = (graph: GraphBuilder, input: string): string => graph.op('Exp', [input]);
const logarithm = (graph: GraphBuilder, input: string): string => graph.op('Log', [input]);

/** MatMul of vectors: as one-row and one-column matrices. */
const matMul: Lowering['lower'] = (node, graph) => {
  const [left, right] = node.inputs as [string, string];
  const [leftShape, rightShape] = [graph.shape(left), graph.shape(right)];
  const rows = leftShape.length === 1 ? reshapeTo(graph, left, [1, leftShape[0]!]) : left;
  const columns = rightShape.length === 1 ? reshapeTo(graph, right, [rightShape[0]!, 1]) : right;
  const product = graph.op('MatMul', [rows, columns]);
  const shape = [...graph.shape(product)];
  if (rightShape.length === 1) shape.pop();
  if (leftShape.length === 1) shape.splice(rightShape.length === 1 ? -1 : -2, 1);
  return rows === left && columns === right ? product : reshapeTo(graph, product, shape);
};

/** Since operator set 12 an exponent may be of another type than the base. */
const power: Lowering['lower'] = (node, graph) => {
  const [base, exponent] = node.inputs as [string, string];
  if (graph.type(base) !== 'float32' || graph.type(exponent) === 'float32')
    return graph.op('Pow', [base, exponent]);
  return graph.op('Pow', [base, graph.op('Cast', [exponent], { to: int(ELEMENT_TYPES.float32) })]);
};

const celu: Lowering['lower'] = (node, graph) => {
  const alpha = numberOf(node, 'alpha', 1);
  const scaled = graph.op('Mul', [node.inputs[0]!, graph.scalar(1 / alpha)]);
  const bent = graph.op('Elu', [scaled], { alpha: float(1) });
  return graph.op('Mul', [bent, graph.scalar(alpha)]);
};

export const ARITHMETIC_LOWERINGS: readonly Lowering[] = [
  lowering('Clip', clip),
  lowering('PRelu', pRelu),
  lowering('HardSwish', hardSwish),
  lowering('Mish', mish),
  lowering('Gelu', gelu),
  lowering('Celu', celu),
  lowering('Pow', power),
  lowering('ThresholdedRelu', thresholdedRelu),
  lowering('Reciprocal', reciprocal),
  lowering('Sum', chained('Add')),
  lowering('Min', chained('Min')),
  lowering('Max', chained('Max')),
  lowering('Mean', mean),
  lowering('Softmax', flattened('Softmax')),
  lowering('Softmax', alongAxis('Softmax'), 13),
  lowering('LogSoftmax', flattened('LogSoftmax')),
  lowering('LogSoftmax', alongAxis('LogSoftmax'), 13),
  lowering('ReduceSum', reduction(plain, 'ReduceSum')),
  lowering('ReduceMean', reduction(plain, 'ReduceMean')),
  lowering('ReduceProd', reduction(plain, 'ReduceProd')),
  lowering('ReduceL1', reduction(absolute, 'ReduceSum')),
  lowering('ReduceL2', reduction(square, 'ReduceSum', root)),
  lowering('ReduceSumSquare', reduction(square, 'ReduceSum')),
  lowering('ReduceLogSum', reduction(plain, 'ReduceSum', logarithm)),
  lowering('ReduceLogSumExp', reduction(exponential, 'ReduceSum', logarithm)),
  lowering('ReduceMax', extreme(1)),
  lowering('ReduceMin', extreme(-1)),
  lowering('MatMul', matMul),
];

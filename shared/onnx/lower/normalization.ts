/**
 * Lowerings of normalization layers to scale and shift, or to means and variances.
 *
 * BatchNormalization in inference mode is y = s·x + t with s = scale/√(var + ε), t = bias − s·mean. After a
 * convolution that nothing else reads it goes into the weights (autodiff/fold-scales.ts).
 */
import { elementCount } from '../../tensor/tensor.ts';
import { positiveAxis } from '../broadcast.ts';
import { float, type Node, numberOf } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { type Lowering, lowering } from '../lowering.ts';
import { refusal } from '../refusal.ts';
import { reshapeTo } from './shape.ts';

const batchNormalization: Lowering['lower'] = (node, graph) => {
  if (numberOf(node, 'training_mode', 0) === 1) throw refusal(['BatchNormalization in training mode']);
  if (numberOf(node, 'spatial', 1) === 0) throw refusal(['BatchNormalization with spatial = 0']);
  return graph.op('BatchNormalization', node.inputs, { epsilon: float(numberOf(node, 'epsilon', 1e-5)) });
};

/** Mean over the trailing `axes` and unit variance: (x − μ)/√(σ² + ε). */
function standardize(graph: GraphBuilder, input: string, axes: readonly number[], epsilon: number): string {
  const along = graph.vector(axes);
  const centered = graph.op('Sub', [input, graph.op('ReduceMean', [input, along])]);
  const variance = graph.op('ReduceMean', [graph.op('Mul', [centered, centered]), along]);
  return graph.op('Div', [centered, graph.op('Sqrt', [graph.op('Add', [variance, graph.scalar(epsilon)])])]);
}

function scaleAndShift(graph: GraphBuilder, input: string, scale: string, shift: string): string {
  const trailing = graph.shape(input).length - 2;
  const perChannel = (name: string): string =>
    reshapeTo(graph, name, [elementCount(graph.shape(name)), ...new Array<number>(trailing).fill(1)]);
  return graph.op('Add', [graph.op('Mul', [input, perChannel(scale)]), perChannel(shift)]);
}

const instanceNormalization: Lowering['lower'] = (node, graph) => {
  const [input, scale, shift] = node.inputs as [string, string, string];
  const axes = graph
    .shape(input)
    .map((_, axis) => axis)
    .slice(2);
  const normal = standardize(graph, input, axes, numberOf(node, 'epsilon', 1e-5));
  return scaleAndShift(graph, normal, scale, shift);
};

const groupNormalization: Lowering['lower'] = (node, graph) => {
  const [input, scale, shift] = node.inputs as [string, string, string];
  const [n, c, ...extents] = graph.shape(input) as [number, number, ...number[]];
  const groups = numberOf(node, 'num_groups', 1);
  const grouped = reshapeTo(graph, input, [n, groups, (c / groups) * elementCount(extents)]);
  const normal = reshapeTo(graph, standardize(graph, grouped, [2], numberOf(node, 'epsilon', 1e-5)), [
    n,
    c,
    ...extents,
  ]);
  return scaleAndShift(graph, normal, perGroupOrChannel(graph, scale, c), perGroupOrChannel(graph, shift, c));
};

/** Before operator set 21 scale and shift had one value a group. */
function perGroupOrChannel(graph: GraphBuilder, name: string, channels: number): string {
  const count = elementCount(graph.shape(name));
  if (count === channels) return name;
  const repeated = graph.op('Expand', [
    reshapeTo(graph, name, [count, 1]),
    graph.vector([count, channels / count]),
  ]);
  return reshapeTo(graph, repeated, [channels]);
}

const layerNormalization: Lowering['lower'] = (node: Node, graph) => {
  const [input, scale, shift] = node.inputs as [string, string, string | undefined];
  const rank = graph.shape(input).length;
  const first = positiveAxis(numberOf(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, index) => first + index);
  const normal = standardize(graph, input, axes, numberOf(node, 'epsilon', 1e-5));
  const scaled = graph.op('Mul', [normal, scale]);
  return shift ? graph.op('Add', [scaled, shift]) : scaled;
};

/** x ÷ (bias + α/size · Σ x² over `size` neighbouring channels)^β, the sum as a zero-padded mean. */
const localResponse: Lowering['lower'] = (node, graph) => {
  const input = node.inputs[0]!;
  const [n, c, ...extents] = graph.shape(input) as [number, number, ...number[]];
  const size = numberOf(node, 'size', 1);
  const squares = reshapeTo(graph, graph.op('Mul', [input, input]), [n, 1, c, elementCount(extents)]);
  const before = Math.floor((size - 1) / 2);
  const mean = graph.op('AveragePool', [squares], {
    kernel_shape: { kind: 'ints', value: [size, 1] },
    strides: { kind: 'ints', value: [1, 1] },
    pads: { kind: 'ints', value: [before, 0, size - 1 - before, 0] },
    count_include_pad: { kind: 'int', value: 1 },
  });
  const scaled = graph.op('Mul', [mean, graph.scalar(numberOf(node, 'alpha', 1e-4))]);
  const base = graph.op('Add', [scaled, graph.scalar(numberOf(node, 'bias', 1))]);
  const power = graph.op('Pow', [base, graph.scalar(-numberOf(node, 'beta', 0.75))]);
  return graph.op('Mul', [input, reshapeTo(graph, power, [n, c, ...extents])]);
};

/** x ÷ ‖x‖ₚ along one axis. */
const lpNormalization: Lowering['lower'] = (node, graph) => {
  const input = node.inputs[0]!;
  const along = graph.vector([positiveAxis(numberOf(node, 'axis', -1), graph.shape(input).length)]);
  const absolute = numberOf(node, 'p', 2) === 1;
  const parts = absolute ? graph.op('Abs', [input]) : graph.op('Mul', [input, input]);
  const total = graph.op('ReduceSum', [parts, along]);
  return graph.op('Div', [input, absolute ? total : graph.op('Sqrt', [total])]);
};

export const NORMALIZATION_LOWERINGS: readonly Lowering[] = [
  lowering('BatchNormalization', batchNormalization),
  lowering('InstanceNormalization', instanceNormalization),
  lowering('GroupNormalization', groupNormalization),
  lowering('LayerNormalization', layerNormalization),
  lowering('LRN', localResponse),
  lowering('LpNormalization', lpNormalization),
];

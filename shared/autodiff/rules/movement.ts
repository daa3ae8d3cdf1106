/** Gradients of operators that move elements: the same move backwards; what was dropped gets zero. */

import { positiveAxis } from '../../onnx/broadcast.ts';
import { filled, isFloat } from '../../onnx/constant.ts';
import { int, ints, type Node, numberOf, numbersOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { matrixAlong } from '../../onnx/lower/resize.ts';
import { elementCount } from '../../tensor/tensor.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { sumTo } from '../sum-to.ts';
import { cutThroughWeights } from './through-weights.ts';

const reshape = rule('Reshape', (node, [upstream], graph) => [
  () => graph.op('Reshape', [upstream, graph.vector(graph.shape(node.inputs[0]!))]),
]);

const transpose = rule('Transpose', (node, [upstream], graph) => [
  () => {
    const rank = graph.shape(upstream).length;
    const order = numbersOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    const inverse = order.map((_, axis) => order.indexOf(axis));
    return graph.op('Transpose', [upstream], { perm: ints(inverse) });
  },
]);

const concat = rule('Concat', (node, [upstream], graph) => {
  const axis = positiveAxis(numberOf(node, 'axis', 0), graph.shape(upstream).length);
  let begin = 0;
  return node.inputs.map((name) => {
    const from = begin;
    begin += graph.shape(name)[axis]!;
    const to = begin;
    return () =>
      (axis === 1 ? cutThroughWeights(graph, upstream, from, to) : undefined) ??
      crop(graph, upstream, [axis], [from], [to]);
  });
});

function crop(
  graph: GraphBuilder,
  value: string,
  axes: readonly number[],
  begins: readonly number[],
  ends: readonly number[],
): string {
  const lists = [begins, ends, axes, axes.map(() => 1)].map((list) => graph.vector(list));
  return graph.op('Slice', [value, ...lists]);
}

const split = rule('Split', (node, upstream, graph) => [
  () => graph.op('Concat', upstream, { axis: int(numberOf(node, 'axis', 0)) }),
]);

const slice = rule('Slice', (node, [upstream], graph) => [
  () => {
    const extents = graph.shape(node.inputs[0]!);
    const [begins, ends, axes, steps] = node.inputs.slice(1).map((name) => [...graph.constantOf(name)!.data]);
    const pads = new Array<number>(2 * extents.length).fill(0);
    let value = upstream;
    axes!.forEach((axis, index) => {
      const [begin, step] = [begins![index]!, steps![index]!];
      if (step !== 1) {
        const picked = Array.from({ length: graph.shape(value)[axis]! }, (_, at) => begin + at * step);
        value = scatterAlong(graph, value, axis, picked, extents[axis]!);
      } else {
        pads[axis] = begin;
        pads[axis + extents.length] = extents[axis]! - ends![index]!;
      }
    });
    if (pads.every((amount) => amount === 0)) return value;
    return graph.op('Pad', [value, graph.vector(pads), graph.scalar(0)]);
  },
]);

/** Puts slice k of `value` at position indices[k] of `extent`, adding where positions repeat. */
function scatterAlong(
  graph: GraphBuilder,
  value: string,
  axis: number,
  indices: readonly number[],
  extent: number,
): string {
  const count = indices.length;
  if (new Set(indices).size === count) {
    const missing = Array.from({ length: extent }, (_, at) => at).some((at) => !indices.includes(at));
    const blank = graph.shape(value).map((size, other) => (other === axis ? 1 : size));
    const source = missing
      ? graph.op('Concat', [value, graph.constant(filled(0, blank))], { axis: int(axis) })
      : value;
    const inverse = Array.from({ length: extent }, (_, at) => {
      const from = indices.indexOf(at);
      return from < 0 ? count : from;
    });
    return graph.op('Gather', [source, graph.vector(inverse)], { axis: int(axis) });
  }
  const matrix = new Float32Array(extent * count);
  indices.forEach((at, column) => {
    matrix[at * count + column] = 1;
  });
  return matrixAlong(graph, value, axis, matrix, [extent, count]);
}

const gather = rule('Gather', (node, [upstream], graph) => [
  () => {
    const shape = graph.shape(node.inputs[0]!);
    const axis = numberOf(node, 'axis', 0);
    const indices = Array.from(graph.constantOf(node.inputs[1])!.data, (at) =>
      positiveAxis(at, shape[axis]!),
    );
    const joined = [...shape.slice(0, axis), indices.length, ...shape.slice(axis + 1)];
    const value = graph.op('Reshape', [upstream, graph.vector(joined)]);
    return scatterAlong(graph, value, axis, indices, shape[axis]!);
  },
]);

const pad = rule('Pad', (node, [upstream], graph) => [
  () => {
    const extents = graph.shape(node.inputs[0]!);
    const pads = graph.constantOf(node.inputs[1])!.data;
    const axes = extents.flatMap((_, axis) => (pads[axis] || pads[axis + extents.length] ? [axis] : []));
    const begins = axes.map((axis) => pads[axis]!);
    return crop(
      graph,
      upstream,
      axes,
      begins,
      axes.map((axis, index) => begins[index]! + extents[axis]!),
    );
  },
]);

const expand = rule('Expand', (node, [upstream], graph) => [
  () => sumTo(graph, upstream, graph.shape(node.inputs[0]!)),
]);

/** Pixels repeated by whole factors: the sum over each block, as its mean times its size. */
const resize = rule('Resize', (node, [upstream], graph) => [
  () => {
    const from = graph.shape(node.inputs[0]!).slice(2);
    const to = graph.shape(upstream).slice(2);
    const factors = to.map((extent, axis) => extent / from[axis]!);
    const window = {
      kernel_shape: ints(factors),
      strides: ints(factors),
      pads: ints([...factors, ...factors].map(() => 0)),
    };
    const mean = graph.op('AveragePool', [upstream], window);
    return graph.op('Mul', [mean, graph.scalar(elementCount(factors))]);
  },
]);

/** Between float types only; a value that was whole numbers on the way has no derivative. */
const cast = rule('Cast', (node: Node, [upstream], graph) => [
  isFloat(graph.type(node.inputs[0]!)) && isFloat(graph.type(node.outputs[0]!)) ? () => upstream : undefined,
]);

export const MOVEMENT_RULES: readonly GradientRule[] = [
  reshape,
  transpose,
  concat,
  split,
  slice,
  gather,
  pad,
  expand,
  resize,
  cast,
];

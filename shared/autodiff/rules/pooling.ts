/**
 * Gradients of pooling.
 *
 * MaxPool: the whole gradient goes to the first maximum of each window in row-major order, as in PyTorch and
 * TensorFlow; constant borders tie everywhere, so this is visible. Where windows overlap, shares add up.
 * AveragePool: every pixel of a window gets an equal share.
 */

import { filled, floats } from '../../onnx/constant.ts';
import { int, ints, type Node, numberOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { explicitWindow, type Window, windowAttributes, windowExtents } from '../../onnx/window.ts';
import { elementCount } from '../../tensor/tensor.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { isQuadrants, quadrantIndices } from './quadrant-maximum.ts';

const maxPool: GradientRule = {
  ...rule('MaxPool', (node, [upstream], graph) => [() => toFirstMaximum(graph, node, upstream)]),
  saves: (node, inputShape) => (isQuadrants(node, inputShape) ? 1 : 2),
};

/**
 * The same with the engine's own indices. Faster where the image is not in the engine's blocked layout anyway, as in
 * training, whose weights are no constants; not for WebGPU, which has no indices.
 */
export const indexedMaxPool: GradientRule = { ...maxPool, saves: () => 2 };

function toFirstMaximum(graph: GraphBuilder, node: Node, upstream: string): string {
  const shape = graph.shape(node.inputs[0]!);
  const window = explicitWindow(node);
  const indices = node.outputs[1] ?? quadrantIndices(graph, node);
  const apart = windowExtents(window).every((span, axis) => span <= window.strides[axis]!);
  if (apart && shape.length === 4) {
    const { dilations: _, ...attributes } = windowAttributes(window);
    return graph.op('MaxUnpool', [upstream, indices, graph.vector(shape)], attributes);
  }
  const count = graph.vector([elementCount(graph.shape(upstream))]);
  const values = graph.op('Reshape', [upstream, count]);
  const places = graph.op('Reshape', [indices, count]);
  const empty = graph.constant(filled(0, [elementCount(shape)]));
  const scattered = graph.op('ScatterElements', [empty, places, values], {
    reduction: { kind: 'string', value: 'add' },
  });
  return graph.op('Reshape', [scattered, graph.vector(shape)]);
}

const averagePool = rule('AveragePool', (node, [upstream], graph) => [
  () => {
    const shape = graph.shape(node.inputs[0]!);
    const window = explicitWindow(node);
    const counted = numberOf(node, 'count_include_pad', 0) === 1;
    const shares = shareOfWindows(graph.shape(upstream).slice(2), shape.slice(2), window, counted);
    return spreadOverWindows(graph, scaleByAxis(graph, upstream, shares), shape, window);
  },
]);

/** Per axis and window: 1 ÷ the number of pixels the window's mean was taken over. */
function shareOfWindows(
  counts: readonly number[],
  extents: readonly number[],
  { kernel, strides, pads }: Window,
  counted: boolean,
): number[][] {
  return counts.map((count, axis) =>
    Array.from({ length: count }, (_, at) => {
      if (counted) return 1 / kernel[axis]!;
      const begin = at * strides[axis]! - pads[axis]!;
      return 1 / (Math.min(begin + kernel[axis]!, extents[axis]!) - Math.max(begin, 0));
    }),
  );
}

function scaleByAxis(graph: GraphBuilder, value: string, shares: readonly (readonly number[])[]): string {
  if (shares.every((list) => list.every((share) => share === list[0]))) {
    const factor = shares.reduce((product, list) => product * list[0]!, 1);
    return graph.op('Mul', [value, graph.scalar(factor)]);
  }
  return shares.reduce((scaled, list, axis) => {
    const shape = [1, 1, ...shares.map((_, other) => (other === axis ? list.length : 1))];
    return graph.op('Mul', [scaled, graph.constant(floats(list, shape))]);
  }, value);
}

/** Adds value[n, c, window] to every pixel of the window: a depthwise transposed convolution with ones. */
function spreadOverWindows(
  graph: GraphBuilder,
  value: string,
  shape: readonly number[],
  window: Window,
): string {
  const [n, channels, ...extents] = shape as [number, number, ...number[]];
  const counts = graph.shape(value).slice(2);
  const rank = extents.length;
  const blocks =
    window.kernel.every((size, axis) => size === window.strides[axis]) && !window.pads.some(Boolean);
  const exact = extents.every((extent, axis) => extent === counts[axis]! * window.kernel[axis]!);
  if (blocks && exact && rank === 2) return repeatPixels(graph, value, extents);
  const extra = extents.map((extent, axis) => {
    const reached = window.strides[axis]! * (counts[axis]! - 1) + window.kernel[axis]!;
    return extent + window.pads[axis]! + window.pads[axis + rank]! - reached;
  });
  const flat = graph.op('Reshape', [value, graph.vector([n * channels, 1, ...counts])]);
  const ones = graph.constant(filled(1, [1, 1, ...window.kernel]));
  const spread = graph.op('ConvTranspose', [flat, ones], {
    ...windowAttributes(window),
    output_padding: ints(extra),
    group: int(1),
  });
  return graph.op('Reshape', [spread, graph.vector(shape)]);
}

function repeatPixels(graph: GraphBuilder, value: string, extents: readonly number[]): string {
  const target = graph.vector([...graph.shape(value).slice(0, 2), ...extents]);
  return graph.op('Resize', [value, '', '', target], {
    mode: { kind: 'string', value: 'nearest' },
    coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
    nearest_mode: { kind: 'string', value: 'floor' },
  });
}

export const POOLING_RULES: readonly GradientRule[] = [maxPool, averagePool];

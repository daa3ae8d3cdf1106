/** Lowerings of convolution and pooling: every window attribute is written out, paddings are numbers. */
import { int, ints, type Node, numberOf, numbersOf, textOf } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { type Lowering, lowering } from '../lowering.ts';
import { refusal } from '../refusal.ts';
import { type Window, windowAttributes, windowCounts, windowExtents, windowOf } from '../window.ts';

const conv: Lowering['lower'] = (node, graph) => {
  const kernel = graph.shape(node.inputs[1]!).slice(2);
  const window = windowOf(node, kernel, graph.shape(node.inputs[0]!).slice(2));
  const attributes = { ...windowAttributes(window), group: int(numberOf(node, 'group', 1)) };
  return graph.op('Conv', node.inputs, attributes);
};

const convTranspose: Lowering['lower'] = (node, graph) => {
  const kernel = graph.shape(node.inputs[1]!).slice(2);
  const extents = graph.shape(node.inputs[0]!).slice(2);
  const extra = numbersOf(node, 'output_padding') ?? kernel.map(() => 0);
  const declared = windowOf({ ...node, attributes: withoutAutoPad(node) }, kernel, extents);
  const window = { ...declared, pads: transposedPads(node, declared, extents, extra) };
  return graph.op('ConvTranspose', node.inputs, {
    ...windowAttributes(window),
    output_padding: ints(extra),
    group: int(numberOf(node, 'group', 1)),
  });
};

function withoutAutoPad(node: Node): Node['attributes'] {
  return Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== 'auto_pad'));
}

/** Pads that give the wanted extents: `output_shape`, or input·stride for SAME. */
function transposedPads(
  node: Node,
  window: Window,
  extents: readonly number[],
  extra: readonly number[],
): readonly number[] {
  const autoPad = textOf(node, 'auto_pad', 'NOTSET');
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const scaled = same ? extents.map((extent, axis) => extent * window.strides[axis]!) : undefined;
  const wanted = numbersOf(node, 'output_shape')?.slice(-extents.length) ?? scaled;
  if (!wanted) return window.pads;
  const totals = windowExtents(window).map(
    (span, axis) => window.strides[axis]! * (extents[axis]! - 1) + extra[axis]! + span - wanted[axis]!,
  );
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, axis) => total - small[axis]!);
  return autoPad === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}

function pool(op: 'MaxPool' | 'AveragePool'): Lowering['lower'] {
  return (node, graph) => {
    const kernel = numbersOf(node, 'kernel_shape')!;
    const input = node.inputs[0]!;
    const extents = graph.shape(input).slice(2);
    const window = windowOf(node, kernel, extents);
    if (op === 'AveragePool' && numberOf(node, 'ceil_mode', 0) === 1) return ceilAverage(node, graph, window);
    if (op === 'MaxPool') {
      // The ceiling becomes extra padding at the end: -infinity never wins.
      const attributes = { ...windowAttributes({ ...window, pads: coveringPads(node, window, extents) }) };
      return graph.op(op, [input], attributes);
    }
    const { dilations: _, ...attributes } = windowAttributes(window);
    const count = int(numberOf(node, 'count_include_pad', 0));
    if (window.dilations.some((dilation) => dilation !== 1)) throw refusal(['AveragePool with dilations']);
    return graph.op(op, [input], { ...attributes, count_include_pad: count });
  };
}

/** Pads under which rounding down gives as many windows as the node's own rounding. */
function coveringPads(node: Node, window: Window, extents: readonly number[]): number[] {
  const counts = windowCounts(node, window, extents);
  const spans = windowExtents(window);
  const ends = counts.map((count, axis) => {
    const reach = (count - 1) * window.strides[axis]! + spans[axis]! - extents[axis]! - window.pads[axis]!;
    return Math.max(reach, window.pads[axis + counts.length]!);
  });
  return [...window.pads.slice(0, counts.length), ...ends];
}

/**
 * An average with `ceil_mode` divides by the pixels of its window that lie inside the image (and, with
 * count_include_pad, inside its declared pads): the mean over the padded image times kernel ÷ that count.
 */
function ceilAverage(node: Node, graph: GraphBuilder, window: Window): string {
  const input = node.inputs[0]!;
  const extents = graph.shape(input).slice(2);
  const rank = extents.length;
  const pads = coveringPads(node, window, extents);
  const counts = windowCounts(node, window, extents);
  const includePads = numberOf(node, 'count_include_pad', 0) === 1;
  const spread = [0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)];
  const padded = graph.op('Pad', [input, graph.vector(spread), graph.scalar(0)]);
  const { dilations: _, ...attributes } = windowAttributes({ ...window, pads: pads.map(() => 0) });
  const mean = graph.op('AveragePool', [padded], { ...attributes, count_include_pad: int(0) });
  const axisWeights = counts.map((count, axis) =>
    Array.from({ length: count }, (_, at) => {
      const begin = at * window.strides[axis]! - window.pads[axis]!;
      const first = includePads ? begin : Math.max(0, begin);
      const limit = extents[axis]! + (includePads ? window.pads[axis + rank]! : 0);
      return window.kernel[axis]! / (Math.min(begin + window.kernel[axis]!, limit) - first);
    }),
  );
  return axisWeights.reduce((value, weights, axis) => {
    const shape = counts.map((_, other) => (other === axis ? weights.length : 1));
    const factor = graph.constant({
      type: 'float32',
      shape: [1, 1, ...shape],
      data: Float32Array.from(weights),
    });
    return weights.every((weight) => weight === 1) ? value : graph.op('Mul', [value, factor]);
  }, mean);
}

const globalMaxPool: Lowering['lower'] = (node, graph) => {
  const extents = graph.shape(node.inputs[0]!).slice(2);
  const window: Window = {
    kernel: extents,
    strides: extents.map(() => 1),
    dilations: extents.map(() => 1),
    pads: [...extents, ...extents].map(() => 0),
  };
  return graph.op('MaxPool', [node.inputs[0]!], windowAttributes(window));
};

/** (Σ |x|ᵖ)^(1/p) over each window; p is 2 unless the node says else. */
const lpPool: Lowering['lower'] = (node, graph) => {
  const p = numberOf(node, 'p', 2);
  const kernel = numbersOf(node, 'kernel_shape')!;
  const window = windowOf(node, kernel, graph.shape(node.inputs[0]!).slice(2));
  if (numberOf(node, 'ceil_mode', 0) === 1 || window.dilations.some((dilation) => dilation !== 1)) {
    throw refusal(['LpPool with ceil_mode or dilations']);
  }
  const powered = graph.op('Pow', [graph.op('Abs', [node.inputs[0]!]), graph.scalar(p)]);
  const { dilations: _, ...attributes } = windowAttributes(window);
  const mean = graph.op('AveragePool', [powered], { ...attributes, count_include_pad: int(1) });
  const size = kernel.reduce((product, extent) => product * extent, 1);
  return graph.op('Pow', [graph.op('Mul', [mean, graph.scalar(size)]), graph.scalar(1 / p)]);
};

/** (Σ |x|ᵖ)^(1/p) over all pixels. */
const globalLpPool: Lowering['lower'] = (node, graph) => {
  const p = numberOf(node, 'p', 2);
  const axes = graph.shape(node.inputs[0]!).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const powered = graph.op('Pow', [graph.op('Abs', [node.inputs[0]!]), graph.scalar(p)]);
  return graph.op('Pow', [graph.op('ReduceSum', [powered, graph.vector(axes)]), graph.scalar(1 / p)]);
};

export const WINDOW_LOWERINGS: readonly Lowering[] = [
  lowering('Conv', conv),
  lowering('ConvTranspose', convTranspose),
  lowering('MaxPool', pool('MaxPool')),
  lowering('AveragePool', pool('AveragePool')),
  lowering('GlobalMaxPool', globalMaxPool),
  lowering('LpPool', lpPool),
  lowering('GlobalLpPool', globalLpPool),
];

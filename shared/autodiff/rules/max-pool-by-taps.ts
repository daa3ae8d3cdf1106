/**
 * Gradient of max-pooling without the engine's MaxPool Indices, MaxUnpool and ScatterElements, which GPU back ends lack.
 *
 * Every window's pixels are laid out as channels ("taps") by a convolution with the unit kernels eₖ, in row-major
 * order. With y the window's maximum, valid the taps inside the image:
 *   equal = [taps = y] · valid,  first = relu(equal − Σ of the equal taps before),  dx = convᵀ(first · dy, eₖ)
 * The whole gradient goes to the first maximum, as with indices; shares of overlapping windows add up.
 */
import { floats } from '../../onnx/constant.ts';
import { float, int, ints, type Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { explicitWindow, type Window, windowAttributes, windowExtents } from '../../onnx/window.ts';
import { elementCount } from '../../tensor/tensor.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';

/** A step this steep is 1 at 0 and 0 above every float difference. */
const STEEP = -1e37;

const maxPool = rule('MaxPool', (node, [upstream], graph) => [() => toFirstTap(graph, node, upstream)]);

function toFirstTap(graph: GraphBuilder, node: Node, upstream: string): string {
  const shape = graph.shape(node.inputs[0]!);
  const [n, channels, ...extents] = shape as [number, number, ...number[]];
  const counts = graph.shape(upstream).slice(2);
  const window = explicitWindow(node);
  const planes = (value: string, sides: readonly number[]): string =>
    graph.op('Reshape', [value, graph.vector([n * channels, 1, ...sides])]);
  const units = graph.constant(unitKernels(window.kernel), 'units');
  const attributes = { ...windowAttributes(window), group: int(1) };
  const taps = graph.op('Conv', [planes(node.inputs[0]!, extents), units], attributes);
  const below = graph.op('Sub', [planes(node.outputs[0]!, counts), taps]);
  const equal = graph.op('Mul', [
    graph.op('HardSigmoid', [below], { alpha: float(STEEP), beta: float(1) }),
    graph.constant(validTaps(window, extents, counts), 'inside'),
  ]);
  const before = graph.op(
    'Conv',
    [equal, graph.constant(earlierTaps(window.kernel), 'earlier')],
    pointwise(counts),
  );
  const first = graph.op('Relu', [graph.op('Sub', [equal, before])]);
  const shares = graph.op('Mul', [first, planes(upstream, counts)]);
  const spread = graph.op('ConvTranspose', [shares, units], {
    ...attributes,
    output_padding: ints(leftOver(window, extents, counts)),
  });
  return graph.op('Reshape', [spread, graph.vector(shape)]);
}

function pointwise(axes: readonly number[]): Node['attributes'] {
  const ones = axes.map(() => 1);
  const pads = [...axes, ...axes].map(() => 0);
  return { ...windowAttributes({ kernel: ones, strides: ones, dilations: ones, pads }), group: int(1) };
}

/** [taps, 1, ...kernel]: kernel k is 1 at pixel k. */
function unitKernels(kernel: readonly number[]): ReturnType<typeof floats> {
  const taps = elementCount(kernel);
  const data = Float32Array.from({ length: taps * taps }, (_, at) => (at % (taps + 1) === 0 ? 1 : 0));
  return floats(data, [taps, 1, ...kernel]);
}

/** [taps, taps, 1, …]: row k sums the taps before k. */
function earlierTaps(kernel: readonly number[]): ReturnType<typeof floats> {
  const taps = elementCount(kernel);
  const data = Float32Array.from({ length: taps * taps }, (_, at) =>
    at % taps < Math.floor(at / taps) ? 1 : 0,
  );
  return floats(data, [taps, taps, ...kernel.map(() => 1)]);
}

/** [1, taps, ...counts]: 1 where the tap lies inside the image. */
function validTaps(
  { kernel, strides, dilations, pads }: Window,
  extents: readonly number[],
  counts: readonly number[],
): ReturnType<typeof floats> {
  const inside = kernel.map((size, axis) =>
    Array.from({ length: size * counts[axis]! }, (_, at) => {
      const [tap, count] = [Math.floor(at / counts[axis]!), at % counts[axis]!];
      const pixel = count * strides[axis]! + tap * dilations[axis]! - pads[axis]!;
      return pixel >= 0 && pixel < extents[axis]!;
    }),
  );
  const shape = [...kernel, ...counts];
  const data = Float32Array.from({ length: elementCount(shape) }, (_, flat) => {
    const index = shape.map(
      (_, axis) => Math.floor(flat / elementCount(shape.slice(axis + 1))) % shape[axis]!,
    );
    const all = inside.every(
      (list, axis) => list[index[axis]! * counts[axis]! + index[axis + kernel.length]!],
    );
    return all ? 1 : 0;
  });
  return floats(data, [1, elementCount(kernel), ...counts]);
}

/** Pixels behind the last window, which no window reaches. */
function leftOver(window: Window, extents: readonly number[], counts: readonly number[]): number[] {
  const spans = windowExtents(window);
  return extents.map((extent, axis) => {
    const reached = window.strides[axis]! * (counts[axis]! - 1) + spans[axis]!;
    return extent + window.pads[axis]! + window.pads[axis + extents.length]! - reached;
  });
}

/** In place of the table's own rule, for back ends that run on a GPU. */
export const RULES_WITHOUT_INDICES: readonly GradientRule[] = [maxPool];

/**
 * Gradients of convolution with respect to image, weights and bias.
 *
 * Image, stride 1: a plain Conv of the upstream with every kernel turned by 180° and in- and out-channels
 * exchanged, pads p′ = d·(k − 1) − p. Other strides: ConvTranspose with the same weights. An image of few channels
 * has ways of its own (few-channels.ts, pooled-image.ts).
 */

import { type Constant, floats } from '../../onnx/constant.ts';
import { int, ints, type Node, numberOf, numbersOf } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { explicitWindow, type Window, windowAttributes, windowExtents } from '../../onnx/window.ts';
import { elementCount } from '../../tensor/tensor.ts';
import { type GradientRule, rule } from '../gradient-rule.ts';
import { weightGradient } from './convolution-weights.ts';
import { bestBlock, blockPhases, type FewChannels, weave } from './few-channels.ts';
import { pooledImageGradient } from './pooled-image.ts';

/** Images have up to four channels. */
const FEW_CHANNELS = 4;

const conv = rule('Conv', (node, [upstream], graph) => {
  const [image, weight, bias] = node.inputs as [string, string, string | undefined];
  const window = explicitWindow(node);
  const group = numberOf(node, 'group', 1);
  return [
    () =>
      fewChannelsGradient(graph, node, upstream) ??
      imageGradient(graph, upstream, weight, graph.shape(image), window, group),
    () => weightGradient(graph, image, upstream, window, group),
    bias ? () => sumOverPixels(graph, upstream) : undefined,
  ];
});

function imageGradient(
  graph: GraphBuilder,
  upstream: string,
  weight: string,
  imageShape: readonly number[],
  window: Window,
  group: number,
): string {
  const spans = windowExtents(window);
  const rank = spans.length;
  const pads = window.pads.map((pad, at) => spans[at % rank]! - 1 - pad);
  if (window.strides.every((stride) => stride === 1)) {
    const source = cropped(graph, upstream, pads);
    const kernels = turned(graph, weight, group);
    const attributes = { ...windowAttributes({ ...window, pads: atLeastZero(pads) }), group: int(group) };
    return graph.op('Conv', [source, kernels], attributes);
  }
  const counts = graph.shape(upstream).slice(2);
  const extra = imageShape.slice(2).map((extent, axis) => {
    const reached = window.strides[axis]! * (counts[axis]! - 1) + spans[axis]!;
    return extent + window.pads[axis]! + window.pads[axis + rank]! - reached;
  });
  const attributes = { ...windowAttributes(window), output_padding: ints(extra), group: int(group) };
  return graph.op('ConvTranspose', [upstream, weight], attributes);
}

/** The gradient of an image of few channels, where a way of its own pays. */
function fewChannelsGradient(graph: GraphBuilder, node: Node, upstream: string): string | undefined {
  const [image, name] = node.inputs as [string, string];
  const weight = graph.constantOf(name);
  const { strides, dilations, pads } = explicitWindow(node);
  const plain = numberOf(node, 'group', 1) === 1 && dilations.every((dilation) => dilation === 1);
  if (!weight || !plain || strides.length !== 2 || weight.shape[1]! > FEW_CHANNELS) return undefined;
  const given: FewChannels = {
    weight,
    strides: strides as [number, number],
    pads: pads.slice(0, 2) as [number, number],
    extents: graph.shape(image).slice(2) as [number, number],
    counts: graph.shape(upstream).slice(2) as [number, number],
  };
  const block = bestBlock(given);
  return (
    pooledImageGradient(graph, node, upstream, given) ??
    (block && weave(graph, blockPhases(graph, upstream, given, block), block))
  );
}

/** [M, C/g, ...k] -> [C, M/g, ...k] with every kernel turned by 180°. */
function turned(graph: GraphBuilder, weight: string, group: number): string {
  const constant = graph.constantOf(weight);
  const [m, c, ...kernel] = graph.shape(weight) as [number, number, ...number[]];
  if (constant) return graph.constant(turnedConstant(constant, group), `${weight}_turned`);
  const grouped = graph.op('Reshape', [weight, graph.vector([group, m / group, c, elementCount(kernel)])]);
  const swapped = graph.op('Transpose', [grouped], { perm: ints([0, 2, 1, 3]) });
  const backwards = Array.from(
    { length: elementCount(kernel) },
    (_, tap, count = elementCount(kernel)) => count - 1 - tap,
  );
  const flipped = graph.op('Gather', [swapped, graph.vector(backwards)], { axis: int(3) });
  return graph.op('Reshape', [flipped, graph.vector([group * c, m / group, ...kernel])]);
}

function turnedConstant({ shape, data }: Constant, group: number): Constant {
  const [m, c, ...kernel] = shape as [number, number, ...number[]];
  const taps = elementCount(kernel);
  const perGroup = m / group;
  const result = new Float32Array(data.length);
  for (let g = 0; g < group; g++) {
    for (let out = 0; out < perGroup; out++) {
      for (let channel = 0; channel < c; channel++) {
        const from = ((g * perGroup + out) * c + channel) * taps;
        const to = ((g * c + channel) * perGroup + out) * taps;
        for (let tap = 0; tap < taps; tap++) result[to + taps - 1 - tap] = data[from + tap]!;
      }
    }
  }
  return floats(result, [group * c, perGroup, ...kernel]);
}

function sumOverPixels(graph: GraphBuilder, upstream: string): string {
  const axes = graph.shape(upstream).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return graph.op('ReduceSum', [upstream, graph.vector(axes)], { keepdims: int(0) });
}

/** The transpose of a transposed convolution is the convolution with the same weights. */
const convTranspose = rule('ConvTranspose', (node: Node, [upstream], graph) => {
  const window = explicitWindow(node);
  const extra = numbersOf(node, 'output_padding') ?? window.kernel.map(() => 0);
  const rank = window.kernel.length;
  const pads = window.pads.map((pad, at) => (at < rank ? pad : pad - extra[at - rank]!));
  return [
    () => {
      const attributes = windowAttributes({ ...window, pads: atLeastZero(pads) });
      const group = int(numberOf(node, 'group', 1));
      return graph.op('Conv', [cropped(graph, upstream, pads), node.inputs[1]!], { ...attributes, group });
    },
    undefined,
    node.inputs[2] ? () => sumOverPixels(graph, upstream) : undefined,
  ];
});

function atLeastZero(pads: readonly number[]): number[] {
  return pads.map((pad) => Math.max(0, pad));
}

/** Negative pads drop pixels; the others are left to the operator itself. */
function cropped(graph: GraphBuilder, value: string, pads: readonly number[]): string {
  if (pads.every((pad) => pad >= 0)) return value;
  const extents = graph.shape(value).slice(2);
  const begins = extents.map((_, axis) => Math.max(0, -pads[axis]!));
  const ends = extents.map((extent, axis) => extent + Math.min(0, pads[axis + extents.length]!));
  const axes = extents.map((_, axis) => axis + 2);
  const lists = [begins, ends, axes, extents.map(() => 1)].map((list) => graph.vector(list));
  return graph.op('Slice', [value, ...lists]);
}

export const CONVOLUTION_RULES: readonly GradientRule[] = [conv, convTranspose];

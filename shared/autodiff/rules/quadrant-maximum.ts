/**
 * Where the first maximum of every 2×2 window lies, without the engine's slow MaxPool with Indices.
 *
 * With y the window's maximum, t its top row's, l its left column's and a its first pixel's (all max-pools of
 * the same stride), the first maximum in row-major order lies in
 *   row    = [y > t]
 *   column = [y > a] − row · [y = l]
 * for in the lower row (y > t, so y > a) the column is 0 exactly where y = l. The flat index is then
 * plane start + 2i·W + 2j + row·W + column.
 */
import { ELEMENT_TYPES, floats, integers } from '../../onnx/constant.ts';
import { float, int, type Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { explicitWindow, type Window, windowAttributes } from '../../onnx/window.ts';

/** A step this steep is 0 at 0 and 1 above every float difference. */
const STEEP = 1e37;

/** 2×2 windows side by side that cover the whole image. */
export function isQuadrants(node: Node, inputShape: readonly number[]): boolean {
  const { kernel, strides, dilations, pads } = explicitWindow(node);
  const all = (list: readonly number[], value: number): boolean => list.every((entry) => entry === value);
  const square =
    kernel.length === 2 && all(kernel, 2) && all(strides, 2) && all(dilations, 1) && all(pads, 0);
  return square && inputShape.slice(2).every((extent) => extent % 2 === 0);
}

/** 0 or 1, [N, C, h, w]: whether the first maximum lies in the lower row, and in the right column. */
export function quadrantMasks(
  graph: GraphBuilder,
  node: Node,
): { readonly row: string; readonly column: string } {
  const [input, y] = [node.inputs[0]!, node.outputs[0]!];
  const corner = (kernel: readonly number[]): string => {
    const window: Window = { kernel, strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] };
    return graph.op('MaxPool', [input], windowAttributes(window));
  };
  const exceeds = (value: string): string => step(graph, graph.op('Sub', [y, value]), STEEP, 0);
  const row = exceeds(corner([1, 2]));
  const notFirst = exceeds(corner([1, 1]));
  const isLeft = step(graph, graph.op('Sub', [y, corner([2, 1])]), -STEEP, 1);
  return { row, column: graph.op('Sub', [notFirst, graph.op('Mul', [row, isLeft])]) };
}

/** int64 [N, C, h, w]: flat positions in the input of a max-pool for which `isQuadrants` holds. */
export function quadrantIndices(graph: GraphBuilder, node: Node): string {
  const [n, c, height, width] = graph.shape(node.inputs[0]!) as [number, number, number, number];
  const { row, column } = quadrantMasks(graph, node);
  const inWindow = graph.op('Add', [graph.op('Mul', [row, graph.scalar(width)]), column]);
  const starts = Float32Array.from(
    { length: (height / 2) * (width / 2) },
    (_, at) => 2 * Math.floor(at / (width / 2)) * width + 2 * (at % (width / 2)),
  );
  const inPlane = graph.op('Add', [inWindow, graph.constant(floats(starts, [1, 1, height / 2, width / 2]))]);
  const planes = Float64Array.from({ length: n * c }, (_, plane) => plane * height * width);
  const whole = graph.op('Cast', [inPlane], { to: int(ELEMENT_TYPES.int64) });
  return graph.op('Add', [whole, graph.constant(integers(planes, [n, c, 1, 1]))]);
}

function step(graph: GraphBuilder, value: string, alpha: number, beta: number): string {
  return graph.op('HardSigmoid', [value], { alpha: float(alpha), beta: float(beta) });
}

/**
 * The image's gradient through convolution → 2×2 max-pool, without un-pooling.
 *
 * Three quarters of the un-pooled gradient are zeros. Its four phases (upper left, upper right, …) are the
 * pooled gradient times a mask each, and the gradient of a stride-1 convolution with respect to the image is, for
 * each phase (p, q), that of a stride-2 convolution with pads P − p, P − q: four small convolutions on pooled pixels.
 */
import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { blockPhases, type FewChannels, weave } from './few-channels.ts';
import { isQuadrants, quadrantMasks } from './quadrant-maximum.ts';

/**
 * `upstream` is the gradient of the output of `conv`. Undefined where that is not the un-pooled gradient of a 2×2
 * max-pool, or the extents do not fit.
 */
export function pooledImageGradient(
  graph: GraphBuilder,
  conv: Node,
  upstream: string,
  given: FewChannels,
): string | undefined {
  const unpool = graph.nodes.findLast(({ outputs }) => outputs[0] === upstream);
  const pool = graph.nodes.find(({ op, inputs }) => op === 'MaxPool' && inputs[0] === conv.outputs[0]);
  const fits =
    unpool?.op === 'MaxUnpool' &&
    pool &&
    isQuadrants(pool, graph.shape(pool.inputs[0]!)) &&
    given.extents.every((extent, axis) => extent % 2 === 0 && extent === given.counts[axis]);
  const atLeastOne = given.pads.every((pad, axis) => pad >= 1 && pad < given.weight.shape[axis + 2]! - 1);
  if (!fits || !atLeastOne) return undefined;
  const pooled = unpool.inputs[0]!;
  const { row, column } = quadrantMasks(graph, pool);
  const lower = graph.op('Mul', [pooled, row]);
  const upper = graph.op('Sub', [pooled, lower]);
  const phases = [upper, lower].flatMap((half, p) => {
    const right = graph.op('Mul', [half, column]);
    const left = graph.op('Sub', [half, right]);
    return [left, right].map((quarter, q) =>
      blockPhases(
        graph,
        quarter,
        {
          ...given,
          strides: [2, 2],
          pads: [given.pads[0] - p, given.pads[1] - q],
          counts: [given.counts[0] / 2, given.counts[1] / 2],
        },
        [2, 2],
      ),
    );
  });
  const sum = phases.reduce((total, phase) => graph.op('Add', [total, phase]));
  return weave(graph, sum, [2, 2]);
}

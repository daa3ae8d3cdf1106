/**
 * Floating-point operations of one forward pass: a multiply-add counts two. Only convolutions and matrix
 * products are counted; what else a CNN does is memory traffic beside them.
 */
import { elementCount } from '../tensor/tensor.ts';
import type { Graph, Node } from './graph.ts';
import { numberOf } from './graph.ts';
import { readModel } from './read-model.ts';
import { specialize } from './specialize.ts';
import { supportedOperators } from './supported-operators.ts';

/** `inputShape` is one image, without the batch axis. */
export function forwardFlops(model: Uint8Array, inputShape: readonly number[]): number {
  const { graph } = specialize(readModel(model, supportedOperators), [1, ...inputShape]);
  return graph.nodes.reduce((total, node) => total + flopsOf(node, graph), 0);
}

function flopsOf(node: Node, graph: Graph): number {
  const shape = (name: string): readonly number[] => graph.values.get(name)?.shape ?? [];
  const [data, weight] = node.inputs.map(shape);
  const result = elementCount(shape(node.outputs[0]!));
  switch (node.op) {
    case 'Conv':
      return 2 * result * elementCount(weight!.slice(1));
    case 'ConvTranspose':
      return 2 * elementCount(data!) * elementCount(weight!.slice(1));
    case 'MatMul':
      return 2 * result * data!.at(-1)!;
    case 'Gemm':
      return 2 * result * data![numberOf(node, 'transA', 0) ? 0 : 1]!;
    default:
      return 0;
  }
}

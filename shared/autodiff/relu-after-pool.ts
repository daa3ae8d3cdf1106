/**
 * Max-pool and ReLU commute: max-pool(relu(x)) = relu(max-pool(x)).
 *
 * With the pool first, the ReLU and its mask work on the pooled pixels, a quarter of them. The gradient is the
 * same: where the greatest value of a window is not positive, both orders give zero.
 */
import type { Graph, Node } from '../onnx/graph.ts';
import { countReaders } from './count-readers.ts';

export function reluAfterPool(graph: Graph): Graph {
  const readers = countReaders(graph);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const values = new Map(graph.values);
  const dropped = new Set<Node>();
  const swapped = new Map<Node, readonly Node[]>();
  for (const pool of graph.nodes) {
    const relu = pool.op === 'MaxPool' ? producers.get(pool.inputs[0]!) : undefined;
    if (relu?.op !== 'Relu' || readers.get(relu.outputs[0]!) !== 1) continue;
    const pooled = `${pool.outputs[0]}_before_relu`;
    values.set(pooled, values.get(pool.outputs[0]!)!);
    dropped.add(relu);
    swapped.set(pool, [
      { ...pool, inputs: relu.inputs, outputs: [pooled] },
      { ...relu, inputs: [pooled], outputs: pool.outputs },
    ]);
  }
  const nodes = graph.nodes
    .filter((node) => !dropped.has(node))
    .flatMap((node) => swapped.get(node) ?? [node]);
  return { ...graph, nodes, values };
}

/** The same graph with some values under other names: how outputs get names a caller can rely on. */
import type { Graph } from '../onnx/graph.ts';

export function renameValues(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const renamed = (name: string): string => names.get(name) ?? name;
  const keys = <V>(map: ReadonlyMap<string, V>): Map<string, V> =>
    new Map([...map].map(([name, value]) => [renamed(name), value]));
  return {
    inputs: graph.inputs.map(renamed),
    outputs: graph.outputs.map(renamed),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
    })),
    constants: keys(graph.constants),
    values: keys(graph.values),
  };
}

/** Equal constants become one: a graph with several ways back would else hold every turned weight several times. */
import type { Constant } from '../onnx/constant.ts';
import type { Graph } from '../onnx/graph.ts';
import { renameValues } from './rename-values.ts';

export function mergeConstants(graph: Graph): Graph {
  const kept = new Map<string, (readonly [string, Constant])[]>();
  const renamed = new Map<string, string>();
  for (const [name, constant] of graph.constants) {
    const { type, shape, data } = constant;
    const key = `${type} ${shape.join(' ')} ${data[0]} ${data.at(-1)}`;
    const alike = kept.get(key) ?? [];
    const equal = graph.outputs.includes(name)
      ? undefined
      : alike.find(([, other]) => sameData(other.data, data));
    if (equal) renamed.set(name, equal[0]);
    else kept.set(key, [...alike, [name, constant]]);
  }
  const merged = renameValues(graph, renamed);
  return { ...merged, constants: new Map([...kept.values()].flat()) };
}

function sameData(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

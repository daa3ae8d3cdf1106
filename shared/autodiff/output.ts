/** The model's output as scores [N, K], and the logits before a final softmax or sigmoid. */

import type { Graph, Node } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { refusal } from '../onnx/refusal.ts';
import { elementCount } from '../tensor/tensor.ts';

export interface ScoredGraph {
  readonly graph: Graph;
  /** [N, K] */
  readonly scores: string;
  readonly classCount: number;
}

/** What the gradient is taken of: the model's own output, or what enters its last softmax or sigmoid. */
export type Explained = 'score' | 'logit';

/** `output` of `graph` flattened to [batch, classes]. Throws a refusal where it is a map, not scores. */
export function scoredGraph(graph: Graph, output: string, batch: number, explain: Explained): ScoredGraph {
  const source = explain === 'logit' ? beforeLastActivation(graph, output) : output;
  const shape = graph.values.get(source)!.shape;
  const count = elementCount(shape);
  if (shape.length > 2 && shape.filter((extent) => extent > 1).length > (batch > 1 ? 2 : 1)) {
    throw refusal([`an output of shape [${shape.join(', ')}] (expected one score a class)`]);
  }
  if (count % batch !== 0 || (shape[0] !== batch && count !== batch)) {
    throw refusal([`an output of shape [${shape.join(', ')}] for a batch of ${batch}`]);
  }
  const classCount = count / batch;
  const builder = GraphBuilder.from(graph);
  const flat = shape.length === 2 && shape[0] === batch;
  const scores = flat ? source : builder.op('Reshape', [source, builder.vector([batch, classCount])]);
  return { graph: builder.build([scores]), scores, classCount };
}

function beforeLastActivation(graph: Graph, output: string): string {
  let name = output;
  for (;;) {
    const node: Node | undefined = graph.nodes.find(({ outputs }) => outputs.includes(name));
    if (!node) return output;
    if (node.op === 'Softmax' || node.op === 'Sigmoid' || node.op === 'LogSoftmax') return node.inputs[0]!;
    if (node.op !== 'Reshape') return output;
    name = node.inputs[0]!;
  }
}

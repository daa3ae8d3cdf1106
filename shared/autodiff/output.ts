/** The model's output as scores [N, K], the logits before a final softmax or sigmoid, or probabilities after one. */

import { type Graph, int } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { refusal } from '../onnx/refusal.ts';
import { elementCount } from '../tensor/tensor.ts';
import { type LastActivation, lastActivation, movedLogits } from './last-activation.ts';

export interface ScoredGraph {
  readonly graph: Graph;
  /** [N, K] */
  readonly scores: string;
  readonly classCount: number;
}

/**
 * What the gradient is taken of: the model's own output, what enters its last softmax or sigmoid, or the
 * probability: of a model that ends in neither, the softmax of its output (the sigmoid of a single one), or
 * `label-probability`, the sigmoid of each, where labels may hold together.
 */
export type Explained = 'score' | 'logit' | 'probability' | 'label-probability';

/** `output` of `graph` flattened to [batch, classes]. Throws a refusal where it is a map, not scores. */
export function scoredGraph(graph: Graph, output: string, batch: number, explain: Explained): ScoredGraph {
  const last = explain === 'score' ? undefined : lastActivation(graph, output);
  const builder = GraphBuilder.from(graph);
  const source = explain === 'logit' && last ? movedLogits(builder, last) : output;
  const shape = builder.shape(source);
  const count = elementCount(shape);
  if (shape.length > 2 && shape.filter((extent) => extent > 1).length > (batch > 1 ? 2 : 1)) {
    throw refusal([`an output of shape [${shape.join(', ')}] (expected one score a class)`]);
  }
  if (count % batch !== 0 || (shape[0] !== batch && count !== batch)) {
    throw refusal([`an output of shape [${shape.join(', ')}] for a batch of ${batch}`]);
  }
  const classCount = count / batch;
  const flat = shape.length === 2 && shape[0] === batch;
  const outputs = flat ? source : builder.op('Reshape', [source, builder.vector([batch, classCount])]);
  const scores =
    explain === 'probability' || explain === 'label-probability'
      ? probabilityOf(builder, outputs, last, explain)
      : outputs;
  return { graph: builder.build([scores]), scores, classCount };
}

function probabilityOf(
  builder: GraphBuilder,
  scores: string,
  last: LastActivation | undefined,
  explain: Explained,
): string {
  if (last && last.kind !== 'log-softmax') return scores;
  return builder.shape(scores)[1] === 1 || explain === 'label-probability'
    ? builder.op('Sigmoid', [scores])
    : builder.op('Softmax', [scores], { axis: int(1) });
}

/**
 * What a gradient rule is: how the derivative of a scalar flows from a node's outputs to its inputs.
 *
 * Rules are data and only add nodes. `upstream` holds d/d(output) for every output (zeros where nothing reads
 * one); the result has one entry per input: a function that adds the nodes for d/d(input), called only where
 * that derivative is wanted, or undefined where it is zero or undefined everywhere.
 */
import type { Node } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

type InputGradient = (() => string) | undefined;

export interface GradientRule {
  readonly op: string;
  /** First operator-set version whose semantics this rule follows. */
  readonly since: number;
  /** How many outputs the forward node must have for this rule; 1 where left out. */
  readonly saves?: (node: Node, inputShape: readonly number[]) => number;
  gradient(
    node: Node,
    upstream: readonly [string, ...string[]],
    graph: GraphBuilder,
  ): readonly InputGradient[];
}

export function rule(op: string, gradient: GradientRule['gradient'], since = 7): GradientRule {
  return { op, since, gradient };
}

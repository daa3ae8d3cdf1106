/**
 * What a lowering is: an operator of some operator-set version said in the operators of a lowered graph.
 *
 * The table is searched for the newest entry whose `since` ≤ the model's version. A lowering returns the
 * names of the values that stand for the node's outputs; it may return one of its inputs.
 */

import type { Node } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

export interface Lowering {
  readonly op: string;
  readonly since: number;
  lower(node: Node, graph: GraphBuilder): string | readonly string[];
}

/** Lowerings that need no version: one entry for each name. */
export function lowering(op: string, lower: Lowering['lower'], since = 1): Lowering {
  return { op, since, lower };
}

/**
 * Model + fixed input shape -> lowered graph: every shape known, shape arithmetic folded, one operator set.
 *
 * One pass in topological order. The names of the model's values stay available through `aliases`, so a
 * caller can still ask for a tensor by the name it has in the file.
 */
import { elementCount } from '../tensor/tensor.ts';
import { type Graph, type Model, type Node, OPSET } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Lowering } from './lowering.ts';
import { LOWERING_TABLE } from './lowering-table.ts';
import { refusal } from './refusal.ts';

export interface Specialized {
  readonly graph: Graph;
  readonly input: string;
  readonly output: string;
  /** Name in the model's file -> name in `graph`. */
  readonly aliases: ReadonlyMap<string, string>;
}

export interface SpecializeOptions {
  /** The graph's last output instead of the model's, by its name in the file. */
  readonly output?: string;
  /** Weights that become inputs of the graph instead of constants (for training). */
  readonly parameters?: readonly string[];
}

/** `inputShape` includes the batch axis. Throws a refusal where the shapes do not fit the model. */
export function specialize(
  model: Model,
  inputShape: readonly number[],
  options: SpecializeOptions = {},
): Specialized {
  const { output = model.output.name, parameters = [] } = options;
  const builder = new GraphBuilder();
  const aliases = new Map<string, string>([['', '']]);
  aliases.set(model.input.name, builder.input(model.input.name, inputShape));
  for (const name of parameters) {
    const weight = model.constants.get(name);
    if (!weight) throw refusal([`no weight named ${name}`]);
    aliases.set(name, builder.input(name, weight.shape));
  }
  for (const node of model.nodes) {
    const resolved = {
      ...node,
      inputs: node.inputs.map((name) => resolve(name, model, builder, aliases, node)),
    };
    const outputs = lowerNode(resolved, model.opset, builder);
    outputs.forEach((value, index) => {
      if (node.outputs[index]) aliases.set(node.outputs[index], value);
    });
  }
  const result = aliases.get(output);
  if (!result) throw refusal([`no value named ${output}`]);
  return { graph: builder.build([result]), input: model.input.name, output: result, aliases };
}

function resolve(
  name: string,
  model: Model,
  builder: GraphBuilder,
  aliases: Map<string, string>,
  node: Node,
): string {
  const known = aliases.get(name);
  if (known !== undefined) return known;
  const constant = model.constants.get(name);
  if (!constant) throw refusal([`${node.op} reads ${name}, which nothing computes (a truncated file?)`]);
  const value = builder.constant(constant, name);
  aliases.set(name, value);
  return value;
}

function lowerNode(node: Node, opset: number, builder: GraphBuilder): readonly string[] {
  const rule = newest(node.op, opset);
  const inputs = withoutTrailingGaps(node.inputs);
  const result = rule
    ? rule.lower({ ...node, inputs }, builder)
    : builder.ops(node.op, inputs, node.attributes, node.outputs.length);
  const outputs = typeof result === 'string' ? [result] : result;
  const empty = outputs.find((name) => elementCount(builder.shape(name)) === 0);
  if (empty && node.op !== 'Shape' && builder.shape(empty).length > 1)
    throw refusal([`${node.op} with an empty result`]);
  return outputs;
}

function withoutTrailingGaps(inputs: readonly string[]): readonly string[] {
  const last = inputs.findLastIndex((name) => name !== '');
  return inputs.slice(0, last + 1);
}

function newest(op: string, opset: number): Lowering | undefined {
  return LOWERING_TABLE.filter((rule) => rule.op === op && rule.since <= Math.min(opset, OPSET)).sort(
    (left, right) => right.since - left.since,
  )[0];
}

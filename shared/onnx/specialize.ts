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
import { offendersIn, refusal } from './refusal.ts';

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
  const offenders = new Set<string>();
  for (const node of model.nodes) {
    // What depends on a refused value cannot be checked; everything else is, so that all is said at once.
    if (node.inputs.some((name) => aliases.get(name) === REFUSED)) refuse(node, aliases);
    else
      try {
        lowerInto(node, model, builder, aliases);
      } catch (error) {
        for (const offender of offendersIn(error) ?? [notUnderstood(node, error)]) offenders.add(offender);
        refuse(node, aliases);
      }
  }
  if (offenders.size > 0) throw refusal([...offenders]);
  const result = aliases.get(output);
  if (!result) throw refusal([`no value named ${output}`]);
  return { graph: builder.build([result]), input: model.input.name, output: result, aliases };
}

const REFUSED = '\0refused';

function refuse({ outputs }: Node, aliases: Map<string, string>): void {
  for (const name of outputs) aliases.set(name, REFUSED);
}

/** A file may hold anything: numbers of inputs, ranks and attributes that fit nothing. */
function notUnderstood({ op, outputs }: Node, error: unknown): string {
  if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  return `operator ${op} whose inputs or attributes do not fit (${outputs[0] ?? ''})`;
}

function lowerInto(node: Node, model: Model, builder: GraphBuilder, aliases: Map<string, string>): void {
  const inputs = node.inputs.map((name) => resolve(name, model, builder, aliases, node));
  const outputs = lowerNode({ ...node, inputs }, model.opset, builder);
  outputs.forEach((value, index) => {
    if (node.outputs[index]) aliases.set(node.outputs[index], value);
  });
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
  refuseMixedTypes(node, inputs, builder);
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

/** Arithmetic of different element types, or in float64, which no back end takes beside float32. */
function refuseMixedTypes({ op }: Node, inputs: readonly string[], builder: GraphBuilder): void {
  if (!COMPUTES.has(op)) return;
  // The exponent of Pow may differ.
  const alike = op === 'Pow' ? inputs.slice(0, 1) : inputs.filter((name) => name !== '');
  const types = new Set(alike.map((name) => builder.type(name)));
  const constant = inputs.every((name) => name === '' || builder.constantOf(name));
  if (!constant && (types.size > 1 || types.has('float64'))) {
    throw refusal([`${op} of type ${[...types].join(' and ')} (expected float32)`]);
  }
}

const COMPUTES: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Min Max Sum Mean Conv ConvTranspose Gemm MatMul Concat PRelu BatchNormalization InstanceNormalization GroupNormalization LayerNormalization'.split(
    ' ',
  ),
);

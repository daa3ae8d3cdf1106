/**
 * Reverse-mode differentiation: a short walk over the gradient table.
 *
 * From the output back to the wanted values, each node on a path between them asks its rule for the gradients
 * of its inputs; where a value is read several times, its gradients are added. Nothing off the path is touched.
 */
import { filled, isFloat } from '../onnx/constant.ts';
import { type Graph, type Node, OPSET } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { inferTypes } from '../onnx/infer-types.ts';
import { refusal } from '../onnx/refusal.ts';
import { FLAT_OPERATORS } from './flat-operators.ts';
import type { GradientRule } from './gradient-rule.ts';
import { GRADIENT_TABLE } from './gradient-table.ts';

export interface DifferentiateOptions {
  /** Rules that replace those of the table for their operator (guided backpropagation). */
  readonly overrides?: readonly GradientRule[];
}

export interface Differentiated {
  readonly builder: GraphBuilder;
  /** Name of a wanted value -> name of its gradient. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Adds d(Σ seed·output)/d(value) for every wanted value; `seed` makes the upstream gradient of the output in
 * the new graph. Throws a refusal that lists every operator in the way, where a value has no derivative.
 */
export function differentiate(
  graph: Graph,
  output: string,
  wanted: readonly string[],
  seed: (builder: GraphBuilder) => string,
  options: DifferentiateOptions = {},
): Differentiated {
  const { builder, gradients } = differentiateForEach(graph, output, wanted, [seed], options);
  return { builder, gradients: gradients[0]! };
}

/**
 * The same for several seeds: one forward pass, and a way back for each. Masks and the like that every way back needs
 * are written each time and merged by the engine.
 */
export function differentiateForEach(
  graph: Graph,
  output: string,
  wanted: readonly string[],
  seeds: readonly ((builder: GraphBuilder) => string)[],
  options: DifferentiateOptions = {},
): { readonly builder: GraphBuilder; readonly gradients: readonly ReadonlyMap<string, string>[] } {
  const { overrides = [] } = options;
  const find = (op: string): GradientRule | undefined =>
    overrides.find((rule) => rule.op === op) ?? newest(GRADIENT_TABLE, op);
  const path = nodesOnPath(graph, output, wanted);
  const lost = path.nodes.filter(({ op }) => !find(op) && !FLAT_OPERATORS.has(op)).map(({ op }) => op);
  if (lost.length > 0) throw refusal([...new Set(lost)].map((op) => `operator ${op} without a derivative`));
  const builder = GraphBuilder.from(withSavedOutputs(graph, path.nodes, find));
  const back = builder.nodes.filter(({ outputs }) => path.values.has(outputs[0]!)).reverse();
  const gradients = seeds.map((seed) => {
    const upstream = new Map<string, string>([[output, seed(builder)]]);
    for (const node of back) goBack(node, find(node.op), upstream, path.values, builder);
    const missing = wanted.filter((name) => !upstream.has(name));
    if (missing.length > 0) throw refusal(blockers(missing, path.nodes, find));
    return new Map(wanted.map((name) => [name, upstream.get(name)!]));
  });
  return { builder, gradients };
}

/** Adds what a node gives to the gradients of its inputs. */
function goBack(
  node: Node,
  rule: GradientRule | undefined,
  upstream: Map<string, string>,
  onPath: ReadonlySet<string>,
  builder: GraphBuilder,
): void {
  const gradients = gradientsOf(node, rule, upstream, builder);
  node.inputs.forEach((name, index) => {
    const gradient = gradients[index];
    if (!onPath.has(name)) return;
    if (!gradient) refuseLost(node, index, gradients.length > 0, builder);
    if (!gradient) return;
    const known = upstream.get(name);
    const added = gradient();
    upstream.set(name, known ? builder.op('Add', [known, added]) : added);
  });
}

/** An input of numbers that the rule does not differentiate (the scale of a normalization, computed from the image). */
function refuseLost(node: Node, index: number, reached: boolean, builder: GraphBuilder): void {
  const numbers = [node.inputs[index]!, node.outputs[0]!].every((name) => isFloat(builder.type(name)));
  if (reached && numbers) throw refusal([`operator ${node.op} without a derivative for its input ${index}`]);
}

function gradientsOf(
  node: Node,
  rule: GradientRule | undefined,
  upstream: ReadonlyMap<string, string>,
  builder: GraphBuilder,
): ReturnType<GradientRule['gradient']> {
  if (!rule || !node.outputs.some((name) => upstream.has(name))) return [];
  const zeros = (name: string): string => builder.constant(filled(0, builder.shape(name)));
  const given = node.outputs.map((name, index) =>
    index > 0 && rule.saves ? '' : (upstream.get(name) ?? zeros(name)),
  );
  return rule.gradient(node, given as [string, ...string[]], builder);
}

/** Nodes that depend on a wanted value and that the output depends on, with all values between. */
function nodesOnPath(
  graph: Graph,
  output: string,
  wanted: readonly string[],
): { readonly nodes: readonly Node[]; readonly values: ReadonlySet<string> } {
  const after = new Set(wanted);
  for (const { inputs, outputs } of graph.nodes) {
    if (inputs.some((name) => after.has(name))) for (const name of outputs) after.add(name);
  }
  const before = new Set([output]);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => before.has(name))) continue;
    for (const name of node.inputs) before.add(name);
    if (node.outputs.some((name) => after.has(name))) nodes.push(node);
  }
  for (const { outputs } of nodes) for (const name of outputs) before.add(name);
  const values = new Set([...after].filter((name) => before.has(name)));
  return { nodes: nodes.reverse(), values };
}

/** The forward graph with the further outputs that rules need (the indices of a max-pool). */
function withSavedOutputs(
  graph: Graph,
  path: readonly Node[],
  find: (op: string) => GradientRule | undefined,
): Graph {
  const onPath = new Set(path);
  const values = new Map(graph.values);
  const nodes = graph.nodes.map((node) => {
    const count = onPath.has(node)
      ? (find(node.op)?.saves?.(node, values.get(node.inputs[0]!)!.shape) ?? 1)
      : 1;
    if (count <= node.outputs.length) return node;
    const types = inferTypes(node, { values, constantOf: (name) => graph.constants.get(name ?? '') });
    const extra = Array.from(
      { length: count - node.outputs.length },
      (_, index) => `${node.outputs[0]}_saved_${index}`,
    );
    extra.forEach((name, index) => {
      values.set(name, types[node.outputs.length + index]!);
    });
    return { ...node, outputs: [...node.outputs, ...extra] };
  });
  return { ...graph, nodes, values };
}

function newest(table: readonly GradientRule[], op: string): GradientRule | undefined {
  return table
    .filter((rule) => rule.op === op && rule.since <= OPSET)
    .sort((left, right) => right.since - left.since)[0];
}

function blockers(
  missing: readonly string[],
  path: readonly Node[],
  find: (op: string) => GradientRule | undefined,
): string[] {
  const operators = [...new Set(path.filter(({ op }) => !find(op)).map(({ op }) => op))];
  if (operators.length === 0) return [`an output that does not depend on ${missing.join(', ')}`];
  return operators.map((op) => `${op} without a derivative between ${missing.join(', ')} and the output`);
}

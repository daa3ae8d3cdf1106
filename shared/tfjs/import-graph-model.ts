/**
 * TensorFlow GraphDef -> ONNX nodes: walks back from the model's first output, one rule for each operator.
 * Source: tfjs-converter, src/operations (operators and the attributes that the converter fuses).
 */
import type { Constant } from '../onnx/constant.ts';
import { CONVOLUTION_OPERATORS } from './graph/convolution-operators.ts';
import { ELEMENTWISE_OPERATORS } from './graph/elementwise-operators.ts';
import type { GraphNode, OperatorRules } from './graph/graph-node.ts';
import { SHAPE_OPERATORS } from './graph/shape-operators.ts';
import type { ImportedGraph } from './imported-graph.ts';
import { OnnxEmitter, type Value } from './onnx-emitter.ts';
import { reasonOf, tfjsRefusal } from './tfjs-refusal.ts';

const OPERATOR_TABLE: OperatorRules = {
  ...CONVOLUTION_OPERATORS,
  ...ELEMENTWISE_OPERATORS,
  ...SHAPE_OPERATORS,
};

type Json = Readonly<Record<string, unknown>>;

/** Adds every operator that is not understood to `offenders`. */
export function importGraphModel(
  topology: Json,
  signature: unknown,
  weights: ReadonlyMap<string, Constant>,
  offenders: string[],
): ImportedGraph {
  const nodes = new Map(readNodes(topology).map((node) => [node.name, node]));
  const images = [...nodes.values()].filter(({ op }) => op === 'Placeholder');
  if (images.length !== 1) {
    offenders.push(
      `${images.length} inputs: ${images.map(({ name }) => name).join(', ')} (expected one image)`,
    );
  }
  const input = { name: images[0]?.name ?? 'image', shape: declaredShape(images[0]) };
  const emit = new OnnxEmitter();
  const output = outputName(signature, nodes);
  const result = evaluate(nodes, input, weights, offenders, emit)(output);
  return { emit, input, output: emit.plain(result), notes: [] };
}

function readNodes(topology: Json): GraphNode[] {
  const nodes = Array.isArray(topology.node) ? (topology.node as Json[]) : [];
  if (nodes.length === 0) throw tfjsRefusal(['a graph without nodes']);
  return nodes.map(({ name, op, input, attr }) => ({
    name: String(name),
    op: String(op),
    inputs: (Array.isArray(input) ? input.map(String) : []).filter((each) => !each.startsWith('^')),
    attributes: (attr ?? {}) as GraphNode['attributes'],
  }));
}

function declaredShape(node: GraphNode | undefined): (number | undefined)[] | undefined {
  const shape = node?.attributes.shape?.shape as { dim?: { size?: string }[] } | undefined;
  return shape?.dim?.map(({ size }) => (Number(size) > 0 ? Number(size) : undefined));
}

/** The first output of the signature, or the last node that no other reads. */
function outputName(signature: unknown, nodes: ReadonlyMap<string, GraphNode>): string {
  const outputs = (signature as { outputs?: Record<string, { name?: string }> } | undefined)?.outputs ?? {};
  const named = Object.values(outputs)[0]?.name;
  if (named && nodes.has(nodeOf(named))) return named;
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(nodeOf)));
  const unread = [...nodes.keys()].filter((name) => !read.has(name));
  return unread.at(-1) ?? '';
}

const nodeOf = (value: string): string => value.split(':')[0]!;

function evaluate(
  nodes: ReadonlyMap<string, GraphNode>,
  input: ImportedGraph['input'],
  weights: ReadonlyMap<string, Constant>,
  offenders: string[],
  emit: OnnxEmitter,
): (value: string) => Value {
  const image: Value = { rank: input.shape?.length, plain: input.name };
  const known = new Map<string, Value>([[input.name, image]]);
  const resolve = (reference: string): Value => {
    const name = nodeOf(reference);
    const node = nodes.get(name);
    const value = known.get(name) ?? (node && apply(node)) ?? refuse(`a value ${name} that no node gives`);
    known.set(name, value);
    return value;
  };
  const refuse = (offender: string): Value => {
    offenders.push(offender);
    return image;
  };
  const apply = (node: GraphNode): Value => {
    if (node.op === 'Const') return constantOf(node);
    const inputs = node.inputs.map(resolve) as [Value, ...Value[]];
    const rule = Object.hasOwn(OPERATOR_TABLE, node.op) ? OPERATOR_TABLE[node.op] : undefined;
    if (!rule || inputs.length === 0) return refuse(`operator ${node.op}`);
    if (node.inputs.some((each) => /:[1-9]/.test(each)))
      return refuse(`a second output that ${node.op} reads`);
    emit.enter(node.name);
    try {
      return rule({ emit, node, inputs, producer: (index) => nodes.get(nodeOf(node.inputs[index] ?? '')) });
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      return refuse(`operator ${node.op} with ${reason} (${node.name})`);
    }
  };
  const constantOf = ({ name }: GraphNode): Value => {
    const constant = weights.get(name);
    if (!constant) return refuse(`no weight named ${name}`);
    emit.enter(name);
    return { rank: constant.shape.length, plain: emit.constant(constant), constant };
  };
  return resolve;
}

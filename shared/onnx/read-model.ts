/**
 * ONNX bytes -> Model, or one refusal that lists everything that stands in the way.
 *
 * Checked here, before any compute: the container (Git-LFS pointer, truncation, external data), the operator
 * set, every operator and its attributes, element types, control flow, and that there is one image input. What
 * depends on shapes is checked by `specialize`; what depends on derivatives by `differentiate`.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { type Constant, elementTypeOf, isFloat } from './constant.ts';
import type { Attribute, Attributes, DeclaredValue, Model, Node } from './graph.ts';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type ValueInfoProto,
} from './onnx_pb.js';
import { attributeOffenders } from './operator-attributes.ts';
import { readTensor } from './read-tensor.ts';
import { refusal } from './refusal.ts';
import { isWholePixels, wholePixelOffenders } from './whole-pixels.ts';

const OLDEST_OPSET = 7;
const NEWEST_OPSET = 23;

/** `supported` says which operators (of ONNX's own domain) the caller can work with. */
export function readModel(bytes: Uint8Array, supported: ReadonlySet<string>): Model {
  const proto = parse(bytes);
  const graph = proto.graph;
  if (!graph || graph.node.length === 0) throw refusal(['the file holds no graph']);
  const offenders: string[] = [];
  const opset = Number(proto.opsetImport.find(({ domain }) => isOwnDomain(domain))?.version ?? 1);
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    offenders.push(`operator set ${opset} (expected ${OLDEST_OPSET} to ${NEWEST_OPSET})`);
  }
  if (proto.functions.length > 0)
    offenders.push(`${proto.functions.length} local functions (export them inlined)`);
  const constants = readConstants(graph, offenders);
  const nodes = graph.node.map((node) => ({
    op: node.opType,
    domain: isOwnDomain(node.domain) ? '' : node.domain,
    inputs: node.input,
    outputs: node.output,
    attributes: readAttributes(node.attribute, node.opType, offenders),
  }));
  offenders.push(...operatorOffenders(nodes, supported));
  offenders.push(...new Set(nodes.filter(({ op }) => supported.has(op)).flatMap(attributeOffenders)));
  offenders.push(...furtherOutputOffenders(nodes));
  const input = readInput(graph, constants, offenders);
  if (input && isWholePixels(input)) offenders.push(...wholePixelOffenders(input, nodes));
  const output = graph.output[0] && readDeclared(graph.output[0], offenders);
  if (!output) offenders.push('no output');
  else if (!isFloat(output.type)) {
    offenders.push(`output ${output.name} of type ${output.type} (expected float scores)`);
  }
  if (offenders.length > 0 || !input || !output) throw refusal(offenders);
  return { opset, producer: proto.producerName, input, output, nodes, constants };
}

function parse(bytes: Uint8Array): ModelProto {
  if (startsWith(bytes, 'version https://git-lfs')) {
    throw refusal(['a Git LFS pointer instead of the model itself (fetch it with "git lfs pull")']);
  }
  if (bytes.length === 0) throw refusal(['an empty file']);
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw refusal(['a file that is not ONNX, or only the first part of one'], cause);
  }
}

function startsWith(bytes: Uint8Array, prefix: string): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, prefix.length)) === prefix;
}

function isOwnDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

function readConstants(graph: GraphProto, offenders: string[]): Map<string, Constant> {
  const constants = new Map<string, Constant>();
  for (const proto of graph.initializer) {
    const constant = readTensor(proto);
    if (typeof constant === 'string') offenders.push(`weight ${proto.name}: ${constant}`);
    else constants.set(proto.name, constant);
  }
  if (graph.sparseInitializer.length > 0) offenders.push('sparse weights');
  return constants;
}

function readAttributes(protos: readonly AttributeProto[], op: string, offenders: string[]): Attributes {
  const attributes: Record<string, Attribute> = {};
  for (const proto of protos) {
    const attribute = readAttribute(proto);
    if (typeof attribute === 'string') offenders.push(`${op}, attribute ${proto.name}: ${attribute}`);
    else attributes[proto.name] = attribute;
  }
  return attributes;
}

function readAttribute(proto: AttributeProto): Attribute | string {
  if (proto.refAttrName) return 'refers to a function argument';
  if (proto.t) {
    const value = readTensor(proto.t);
    return typeof value === 'string' ? value : { kind: 'tensor', value };
  }
  if (proto.g || proto.graphs.length > 0) return { kind: 'graph' };
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  switch (proto.type || guessKind(proto)) {
    case 1:
      return { kind: 'float', value: proto.f };
    case 2:
      return { kind: 'int', value: Number(proto.i) };
    case 3:
      return { kind: 'string', value: decode(proto.s) };
    case 6:
      return { kind: 'floats', value: proto.floats };
    case 7:
      return { kind: 'ints', value: proto.ints.map(Number) };
    case 8:
      return { kind: 'strings', value: proto.strings.map(decode) };
    default:
      return `of kind ${proto.type}`;
  }
}

/** Files of IR version 1 may leave the attribute's type out. */
function guessKind(proto: AttributeProto): number {
  if (proto.ints.length > 0) return 7;
  if (proto.floats.length > 0) return 6;
  if (proto.strings.length > 0) return 8;
  if (proto.s.length > 0) return 3;
  return proto.f !== 0 ? 1 : 2;
}

function operatorOffenders(nodes: readonly Node[], supported: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const { op, domain, attributes } of nodes) {
    const controls = Object.values(attributes).some(({ kind }) => kind === 'graph');
    if (!controls && domain === '' && supported.has(op)) continue;
    const label = controls ? `control flow ${op}` : `operator ${domain ? `${domain}.` : ''}${op}`;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => (count > 1 ? `${label} (${count} times)` : label));
}

/** Operators whose second output (indices, masks, statistics) is not computed here. */
const ONE_OUTPUT: ReadonlySet<string> = new Set([
  'MaxPool',
  'Dropout',
  'BatchNormalization',
  'LayerNormalization',
]);

function furtherOutputOffenders(nodes: readonly Node[]): string[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs).filter((name) => name !== ''));
  const offenders = nodes
    .filter(({ op, outputs }) => ONE_OUTPUT.has(op) && outputs.slice(1).some((name) => read.has(name)))
    .map(({ op }) => `operator ${op} with a second output that is read`);
  return [...new Set(offenders)];
}

function readInput(
  graph: GraphProto,
  constants: ReadonlyMap<string, Constant>,
  offenders: string[],
): DeclaredValue | undefined {
  const weights = new Set([...constants.keys(), ...graph.initializer.map(({ name }) => name)]);
  const inputs = graph.input.filter(({ name }) => !weights.has(name));
  if (inputs.length !== 1) {
    offenders.push(
      `${inputs.length} inputs: ${inputs.map(({ name }) => name).join(', ')} (expected one image)`,
    );
    return undefined;
  }
  const input = readDeclared(inputs[0]!, offenders);
  const computes = input.type === 'float32' || input.type === 'float16' || input.type === 'bfloat16';
  if (!computes && !isWholePixels(input)) {
    offenders.push(`input ${input.name} of type ${input.type} (expected float32, float16 or uint8)`);
  }
  if (input.shape && input.shape.length !== 4) {
    offenders.push(
      `input ${input.name} of rank ${input.shape.length} (expected images: batch, channels and two sides)`,
    );
  }
  return input;
}

function readDeclared(proto: ValueInfoProto, offenders: string[]): DeclaredValue {
  const declared = proto.type?.tensorType;
  const shape = declared?.shape?.dim.map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
  );
  const type = elementTypeOf(declared?.elemType || 1);
  if (!type) offenders.push(`${proto.name} of type ${declared?.elemType}, which is not known`);
  return { name: proto.name, type: type ?? 'float32', shape };
}

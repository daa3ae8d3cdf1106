/**
 * Graph -> ONNX bytes (IR version 8, operator set OPSET).
 *
 * Whole numbers are written at the width of their element type; floats as raw little-endian data.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { appendInitializers } from './append-initializers.ts';
import { type Constant, ELEMENT_TYPES, type ElementType } from './constant.ts';
import { type Attribute, type DeclaredValue, type Graph, type Model, type Node, OPSET } from './graph.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';

const IR_VERSION = 8n;

export interface WriteOptions {
  readonly producer?: string;
  /** Operator set of `graph.nodes`; OPSET unless a test writes an older form. */
  readonly opset?: number;
}

export function writeModel(graph: Graph, options: WriteOptions = {}): Uint8Array<ArrayBuffer> {
  const { producer = 'cxai', opset = OPSET } = options;
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: producer,
    graph: writeGraph(graph),
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
  });
  return withWeights(model);
}

/** A model whose shapes are open, as an exporter writes one: `undefined` extents stay free. */
export function writeSourceModel({ nodes, constants, input, output, opset, producer }: Model): Uint8Array {
  const declared = ({ name, type, shape }: DeclaredValue): ValueInfoProto =>
    writeValue(name, { type, shape });
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: producer,
    graph: writeNodes(nodes, constants, [declared(input)], [declared(output)]),
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
  });
  return withWeights(model);
}

/** The model's bytes, its weights last. */
function withWeights(model: ModelProto): Uint8Array<ArrayBuffer> {
  const weights = model.graph!.initializer;
  model.graph!.initializer = [];
  return appendInitializers(toBinary(ModelProtoSchema, model), weights);
}

function writeGraph({ nodes, constants, inputs, outputs, values }: Graph): GraphProto {
  const valueInfo = (name: string): ValueInfoProto => {
    const value = values.get(name);
    if (!value) throw new Error(`internal: value ${name} of the graph has no type`);
    return writeValue(name, value);
  };
  const written = writeNodes(nodes, constants, inputs.map(valueInfo), outputs.map(valueInfo));
  // Engines do not infer the shape of every operator (MaxUnpool), and optimize less where they do not know one.
  const inner = nodes.flatMap((node) => node.outputs).filter((name) => name && !outputs.includes(name));
  written.valueInfo = inner.map(valueInfo);
  return written;
}

function writeNodes(
  nodes: readonly Node[],
  constants: ReadonlyMap<string, Constant>,
  input: ValueInfoProto[],
  output: ValueInfoProto[],
): GraphProto {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs).concat(output.map(({ name }) => name)));
  return create(GraphProtoSchema, {
    name: 'graph',
    node: nodes.map(({ op, domain, inputs, outputs, attributes }) =>
      create(NodeProtoSchema, {
        opType: op,
        domain,
        name: outputs[0]!,
        input: [...inputs],
        output: [...outputs],
        attribute: Object.entries(attributes).map(([name, attribute]) => writeAttribute(name, attribute)),
      }),
    ),
    initializer: [...constants]
      .filter(([name]) => used.has(name))
      .map(([name, constant]) => writeTensor(name, constant)),
    input,
    output,
  });
}

function writeValue(
  name: string,
  { type, shape }: { readonly type: ElementType; readonly shape: DeclaredValue['shape'] },
): ValueInfoProto {
  const dim = shape?.map((extent, axis) => ({
    value:
      extent === undefined
        ? { case: 'dimParam' as const, value: `axis${axis}` }
        : { case: 'dimValue' as const, value: BigInt(extent) },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { tensorType: { elemType: ELEMENT_TYPES[type], ...(dim && { shape: { dim } }) } },
  });
}

function writeAttribute(name: string, attribute: Attribute): AttributeProto {
  const encode = (value: string) => new TextEncoder().encode(value);
  switch (attribute.kind) {
    case 'float':
      return create(AttributeProtoSchema, { name, type: 1, f: attribute.value });
    case 'int':
      return create(AttributeProtoSchema, { name, type: 2, i: BigInt(attribute.value) });
    case 'string':
      return create(AttributeProtoSchema, { name, type: 3, s: encode(attribute.value) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: 4, t: writeTensor('', attribute.value) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: 6, floats: [...attribute.value] });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: 7, ints: attribute.value.map(BigInt) });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: 8, strings: attribute.value.map(encode) });
    case 'graph':
      throw new Error(`internal: attribute ${name} holds a graph`);
  }
  attribute satisfies never;
}

function writeTensor(name: string, { type, shape, data }: Constant): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: ELEMENT_TYPES[type],
    dims: shape.map(BigInt),
    rawData: rawBytes(type, data),
  });
}

function rawBytes(type: Constant['type'], data: Constant['data']): Uint8Array<ArrayBuffer> {
  const narrowed = narrow(type, data);
  return new Uint8Array(narrowed.buffer as ArrayBuffer, narrowed.byteOffset, narrowed.byteLength);
}

function narrow(type: Constant['type'], data: Constant['data']): ArrayBufferView {
  switch (type) {
    case 'float32':
      return data instanceof Float32Array ? data : Float32Array.from(data);
    case 'float64':
      return Float64Array.from(data);
    case 'int64':
      return BigInt64Array.from(Array.from(data, toInt64));
    case 'int32':
      return Int32Array.from(data);
    case 'int16':
      return Int16Array.from(data);
    case 'int8':
      return Int8Array.from(data);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(data);
    case 'float16':
    case 'bfloat16':
      throw new Error(`internal: constant of type ${type} was not widened`);
  }
}

/** "To the end" is exported as 2^63 − 1, which a double rounds up. */
function toInt64(value: number): bigint {
  return BigInt.asIntN(64, value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value));
}

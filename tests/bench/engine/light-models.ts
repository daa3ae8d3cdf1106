/**
 * The real graphs of ../shared/data/models/onnx/onnx_light hold one constant in place of every weight, which makes
 * their gradients vanish or tie. Here each weight is drawn by its role: convolutions and matrices by He's rule
 * (uniform, variance 2/fan-in), variances 1, scales about 1, the rest small.
 */
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../../../shared/onnx/onnx_pb.js';
import { uniform } from '../../unit/engine/uniform.ts';

const FOLDER = new URL('../../../../shared/data/models/onnx/onnx_light/', import.meta.url);

/** `name`: densenet121, resnet50, … */
export function lightModel(name: string): Uint8Array {
  return withRandomWeights(new Uint8Array(readFileSync(new URL(`light_${name}.onnx`, FOLDER))));
}

export function withRandomWeights(model: Uint8Array, seed = 1): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  const graph = proto.graph!;
  const next = uniform(seed);
  const shapes = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const constants = graph.node.filter(({ opType }) => opType === 'ConstantOfShape');
  for (const { input, output } of constants) {
    const shape = wholeNumbers(shapes.get(input[0]!)!);
    graph.initializer.push(weight(output[0]!, shape, graph, next));
  }
  graph.node = graph.node.filter(({ opType }) => opType !== 'ConstantOfShape');
  const drawn = new Set(constants.flatMap(({ output }) => output));
  for (const tensor of graph.initializer) {
    if (tensor.dataType === 1 && !drawn.has(tensor.name)) {
      tensor.rawData = weight(tensor.name, tensor.dims.map(Number), graph, next).rawData;
    }
  }
  return toBinary(ModelProtoSchema, proto);
}

function weight(name: string, shape: readonly number[], graph: GraphProto, next: () => number): TensorProto {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const fanIn = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const draw =
    shape.length > 1 ? () => Math.sqrt(6 / fanIn) * next() : vectorEntry(roleOf(name, graph), next);
  const data = Float32Array.from({ length: count }, draw);
  return create(TensorProtoSchema, {
    name,
    dataType: 1,
    dims: shape.map(BigInt),
    rawData: new Uint8Array(data.buffer),
  });
}

type Role = 'scale' | 'variance' | 'shift';

function vectorEntry(role: Role, next: () => number): () => number {
  switch (role) {
    case 'variance':
      return () => 1;
    case 'scale':
      return () => 1 + 0.1 * next();
    case 'shift':
      return () => 0.1 * next();
  }
}

function roleOf(name: string, graph: GraphProto): Role {
  const reader = readerOf(name, graph);
  if (reader?.opType === 'Unsqueeze') return roleOf(reader.output[0]!, graph);
  if (reader?.opType === 'Mul') return 'scale';
  if (reader?.opType !== 'BatchNormalization') return 'shift';
  const index = reader.input.indexOf(name);
  return index === 1 ? 'scale' : index === 4 ? 'variance' : 'shift';
}

const readerOf = (name: string, graph: GraphProto): NodeProto | undefined =>
  graph.node.find(({ input }) => input.includes(name));

function wholeNumbers({ int64Data, rawData }: TensorProto): number[] {
  const packed = int64Data.length > 0 ? int64Data : new BigInt64Array(Uint8Array.from(rawData).buffer);
  return Array.from(packed, Number);
}

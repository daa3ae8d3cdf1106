/**
 * A model whose last layers forgot what they learned: the weights of the last `layers` convolutions and dense
 * layers are drawn anew from a normal distribution with the mean and deviation of each weight tensor.
 * Adebayo et al. 2018, "Sanity checks for saliency maps", section 3.1 (cascading randomization, top to bottom).
 * Weights kept as float32 initializers are meant, as exporters write them; others are left as they are.
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { normals } from '../attribution/noise/normal.ts';
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import { type GraphProto, ModelProtoSchema } from '../onnx/onnx_pb.js';
import { readTensor } from '../onnx/read-tensor.ts';

const FLOAT32 = 1;
const LAYERS = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Names of the weights (and biases) of each layer with weights, from the image to the scores. */
export function weightLayers(model: Uint8Array): readonly (readonly string[])[] {
  const { graph } = fromBinary(ModelProtoSchema, model);
  return graph ? layersOf(graph) : [];
}

/** How many of `total` layers to randomize, stage by stage: the last one, a quarter, half, all of them. */
export function randomizationStages(total: number): readonly number[] {
  if (total === 0) return [];
  return [...new Set([1, Math.ceil(total / 4), Math.ceil(total / 2), total])].sort((a, b) => a - b);
}

/** The model's bytes with its last `layers` layers randomized; those before are kept bit by bit. */
export function randomizeLastLayers(model: Uint8Array, layers: number, seed: number): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  const chosen = new Set(proto.graph ? layersOf(proto.graph).slice(-layers).flat() : []);
  const draw = normals(xoshiro(seed));
  for (const tensor of proto.graph?.initializer ?? []) {
    if (!chosen.has(tensor.name)) continue;
    const constant = readTensor(tensor);
    if (typeof constant === 'string') continue;
    const { mean, deviation } = moments(constant.data);
    const drawn = Float32Array.from({ length: constant.data.length }, () => mean + deviation * draw());
    tensor.rawData = new Uint8Array(drawn.buffer);
    tensor.floatData = [];
  }
  return toBinary(ModelProtoSchema, proto);
}

function layersOf(graph: GraphProto): string[][] {
  const floats = new Set(
    graph.initializer.filter(({ dataType }) => dataType === FLOAT32).map(({ name }) => name),
  );
  return graph.node
    .filter(({ opType }) => LAYERS.has(opType))
    .map(({ input }) => input.filter((name) => floats.has(name)))
    .filter((weights) => weights.length > 0);
}

function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! ** 2;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

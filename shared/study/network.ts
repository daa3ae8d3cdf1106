/**
 * The networks of the architecture study (the paper's section 4.1): blocks of convolution 3×3, activation and
 * max-pool 2×2, then one hidden dense layer and one output a class.
 *
 *   block b:  conv 3×3, stride 1, padding 1, filters·2^(b−1) up to filterLimit channels
 *             [batch normalization]  activation  max-pool 2×2 (while a side has 2 pixels or more)
 *   head:     flatten, dense, activation, [dropout in training], dense to the classes: logits
 *
 * Values are named, so that a training graph can find them: `block1.weight`, …, `dense.weight`, `head.bias`.
 */
import { normals } from '../attribution/noise/normal.ts';
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import type { Configuration } from '../manifest/study.ts';
import { type Attributes, float, int, ints } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementCount, type Tensor32 } from '../tensor/tensor.ts';
import type { NetworkParts, TrainableNetwork } from './trainable-network.ts';

export interface NetworkInput {
  readonly channels: number;
  readonly side: number;
  readonly classes: number;
}

const KERNEL = 3;

/** Channels and output side of every block. */
export function blockShapes(
  { blocks, filters, filterLimit }: Configuration,
  { side }: NetworkInput,
): { readonly channels: number; readonly side: number; readonly pooled: boolean }[] {
  let rest = side;
  return Array.from({ length: blocks }, (_, block) => {
    const pooled = rest >= 2;
    if (pooled) rest = Math.floor(rest / 2);
    return { channels: Math.min(filters * 2 ** block, Math.max(filters, filterLimit)), side: rest, pooled };
  });
}

/** Trainable parameters in the order of the layers. */
function parameterShapes(configuration: Configuration, input: NetworkInput): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let channels = input.channels;
  const blocks = blockShapes(configuration, input);
  blocks.forEach((block, index) => {
    const name = `block${index + 1}`;
    shapes.set(`${name}.weight`, [block.channels, channels, KERNEL, KERNEL]);
    if (configuration.batchNorm) shapes.set(`${name}.scale`, [block.channels]);
    shapes.set(`${name}.bias`, [block.channels]);
    channels = block.channels;
  });
  const features = channels * blocks.at(-1)!.side ** 2;
  shapes.set('dense.weight', [configuration.dense, features]);
  shapes.set('dense.bias', [configuration.dense]);
  shapes.set('head.weight', [input.classes, configuration.dense]);
  shapes.set('head.bias', [input.classes]);
  return shapes;
}

/**
 * He et al. 2015, eq. 10: weights ~ N(0, 2 / fan-in); the last layer N(0, 1 / fan-in), so that training starts
 * from nearly equal classes; biases 0, scales of batch normalization 1.
 */
export function initialParameters(
  configuration: Configuration,
  input: NetworkInput,
  seed: number,
): Map<string, Tensor32> {
  const normal = normals(xoshiro(seed));
  const parameters = new Map<string, Tensor32>();
  for (const [name, shape] of parameterShapes(configuration, input)) {
    const data = new Float32Array(elementCount(shape));
    if (name.endsWith('.scale')) data.fill(1);
    if (shape.length > 1) {
      const gain = name === 'head.weight' ? 1 : 2;
      const deviation = Math.sqrt(gain / elementCount(shape.slice(1)));
      for (let i = 0; i < data.length; i++) data[i] = deviation * normal();
    }
    parameters.set(name, { shape, data });
  }
  return parameters;
}

/** The family's member as training and export see it. */
export function studyNetwork(configuration: Configuration, input: NetworkInput): TrainableNetwork {
  const shapes = blockShapes(configuration, input);
  const normalized = configuration.batchNorm
    ? shapes.map(({ channels }, index) => [`block${index + 1}`, channels] as const)
    : [];
  return {
    imageShape: [input.channels, input.side, input.side],
    classes: input.classes,
    parameterShapes: parameterShapes(configuration, input),
    normalized: new Map(normalized),
    droppedUnits: configuration.dropout > 0 ? configuration.dense : 0,
    addForward: (builder, parts) => addForward(builder, configuration, shapes, parts),
  };
}

function addForward(
  builder: GraphBuilder,
  configuration: Configuration,
  shapes: ReturnType<typeof blockShapes>,
  { image, batch, parameter, normalize, dropout }: NetworkParts,
): string {
  let value = image;
  shapes.forEach(({ pooled }, index) => {
    const name = `block${index + 1}`;
    const weights = [parameter(`${name}.weight`)];
    if (!configuration.batchNorm) weights.push(parameter(`${name}.bias`));
    value = builder.op('Conv', [value, ...weights], CONVOLUTION);
    if (configuration.batchNorm) value = normalize(value, name);
    value = activate(builder, value, configuration);
    if (pooled) value = builder.op('MaxPool', [value], POOLING);
  });
  const { channels, side } = shapes.at(-1)!;
  value = builder.op('Reshape', [value, builder.vector([batch, channels * side ** 2])]);
  value = dense(builder, value, parameter('dense.weight'), parameter('dense.bias'));
  value = activate(builder, value, configuration);
  if (configuration.dropout > 0) value = dropout(value);
  return dense(builder, value, parameter('head.weight'), parameter('head.bias'));
}

const CONVOLUTION: Attributes = { kernel_shape: ints([KERNEL, KERNEL]), pads: ints([1, 1, 1, 1]) };
const POOLING: Attributes = { kernel_shape: ints([2, 2]), strides: ints([2, 2]) };

function activate(builder: GraphBuilder, value: string, { activation }: Configuration): string {
  switch (activation) {
    case 'relu':
      return builder.op('Relu', [value]);
    case 'leaky-relu':
      return builder.op('LeakyRelu', [value], { alpha: float(0.01) });
    case 'elu':
      return builder.op('Elu', [value]);
  }
  activation satisfies never;
}

function dense(builder: GraphBuilder, value: string, weight: string, bias: string): string {
  return builder.op('Gemm', [value, weight, bias], { transB: int(1) });
}

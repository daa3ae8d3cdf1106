/**
 * The demonstration classifier: five 3×3 convolutions with ReLU, a 2×2 max-pool after each of the first three,
 * then each channel's maximum over the 16×16 positions left (a lesion is anywhere or nowhere) and one linear layer.
 * 128×128×1 in, x/255; two logits out, no lesion and lesion. Centering and scaling of the input are part of the
 * graph, so black is zero outside.
 *
 * The two rows of the linear layer start as opposites, and the gradient of the cross-entropy keeps them so:
 * a logit then holds nothing that softmax ignores, and explaining it explains the decision.
 */
import { normals } from '../attribution/noise/normal.ts';
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import { int, ints } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { NetworkParts, TrainableNetwork } from '../study/trainable-network.ts';
import { elementCount, type Tensor32 } from '../tensor/tensor.ts';

export const phantomClasses = ['no lesion', 'lesion'] as const;

export const phantomInput: ModelCard['input'] = {
  layout: 'NCHW',
  channels: 1,
  height: 128,
  width: 128,
  range: [0, 1],
  mean: [0],
  std: [1],
  resize: 'pad',
};

/** Channels after each block. */
const WIDTHS = [8, 16, 24, 32, 48] as const;
/** Blocks that end in a max-pool; few, so that class activation maps keep cells of 8×8 pixels. */
const POOLED_BLOCKS = 3;
const KERNEL = 3;
/** About the mean and spread of a head slice in x/255. */
const CENTER = 0.25;
const SPREAD = 0.25;

/** Parameter names and shapes, in the order of the layers. */
function parameterShapes(): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let channels: number = phantomInput.channels;
  WIDTHS.forEach((width, block) => {
    shapes.set(`block${block + 1}.weight`, [width, channels, KERNEL, KERNEL]);
    shapes.set(`block${block + 1}.bias`, [width]);
    channels = width;
  });
  shapes.set('head.weight', [phantomClasses.length, channels]);
  shapes.set('head.bias', [phantomClasses.length]);
  return shapes;
}

/** He et al. 2015, eq. 10: weights ~ N(0, 2 / fan-in), biases zero; the same seed, the same weights. */
export function heInitialized(seed: number): Map<string, Tensor32> {
  const normal = normals(xoshiro(seed));
  const draw = (shape: readonly number[]): Tensor32 => {
    const data = new Float32Array(elementCount(shape));
    const deviation = Math.sqrt(2 / elementCount(shape.slice(1)));
    return { shape, data: shape.length === 1 ? data : data.map(() => deviation * normal()) };
  };
  const parameters = new Map([...parameterShapes()].map(([name, shape]) => [name, draw(shape)]));
  const head = parameters.get('head.weight')!.data;
  const half = head.length / 2;
  head.set(
    head.subarray(0, half).map((value) => -value),
    half,
  );
  return parameters;
}

/** The network as training and export see it. */
export const phantomNetwork: TrainableNetwork = {
  imageShape: [phantomInput.channels, phantomInput.height, phantomInput.width],
  classes: phantomClasses.length,
  parameterShapes: parameterShapes(),
  normalized: new Map(),
  droppedUnits: 0,
  addForward,
};

function addForward(builder: GraphBuilder, { image, batch, parameter }: NetworkParts): string {
  let value = builder.op('Sub', [image, builder.scalar(CENTER)]);
  value = builder.op('Mul', [value, builder.scalar(1 / SPREAD)]);
  WIDTHS.forEach((_, block) => {
    const weights = [parameter(`block${block + 1}.weight`), parameter(`block${block + 1}.bias`)];
    value = builder.op('Conv', [value, ...weights], {
      kernel_shape: ints([KERNEL, KERNEL]),
      pads: ints([1, 1, 1, 1]),
    });
    value = builder.op('Relu', [value]);
    if (block >= POOLED_BLOCKS) return;
    value = builder.op('MaxPool', [value], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
  });
  const rest = phantomInput.height >> POOLED_BLOCKS;
  value = builder.op('MaxPool', [value], { kernel_shape: ints([rest, rest]), strides: ints([rest, rest]) });
  value = builder.op('Reshape', [value, builder.vector([batch, WIDTHS.at(-1)!])]);
  return builder.op('Gemm', [value, parameter('head.weight'), parameter('head.bias')], { transB: int(1) });
}

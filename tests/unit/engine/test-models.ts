/** Small models built in code: weights from a seeded generator, batch axis free through Reshape [0, −1]. */
import { floats } from '../../../shared/onnx/constant.ts';
import { type Attributes, int } from '../../../shared/onnx/graph.ts';
import { GraphBuilder } from '../../../shared/onnx/graph-builder.ts';
import { windowAttributes } from '../../../shared/onnx/window.ts';
import { writeModel } from '../../../shared/onnx/write-model.ts';
import { uniform } from './uniform.ts';

export interface ModelSketch {
  readonly builder: GraphBuilder;
  readonly image: string;
  weight(shape: readonly number[], scale?: number): string;
  conv(
    value: string,
    channels: number,
    kernel: number,
    options?: { stride?: number; group?: number; bias?: boolean },
  ): string;
  pool(op: 'MaxPool' | 'AveragePool', value: string, kernel: number, stride: number, pad?: number): string;
  dense(value: string, units: number): string;
  flatten(value: string): string;
  bytes(output: string): Uint8Array;
}

/** A sketch of a model for images of `imageShape` (without the batch axis). */
export function sketchModel(imageShape: readonly number[], seed = 1): ModelSketch {
  const builder = new GraphBuilder();
  const next = uniform(seed);
  const image = builder.input('image', [1, ...imageShape]);
  const weight = (shape: readonly number[], scale = 1): string => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    return builder.constant(
      floats(
        Float32Array.from({ length: count }, () => scale * next()),
        shape,
      ),
      'weight',
    );
  };
  const square = (kernel: number, stride: number, pad: number): Attributes =>
    windowAttributes({
      kernel: [kernel, kernel],
      strides: [stride, stride],
      dilations: [1, 1],
      pads: [pad, pad, pad, pad],
    });
  const sketch: ModelSketch = {
    builder,
    image,
    weight,
    conv(value, channels, kernel, { stride = 1, group = 1, bias = true } = {}) {
      const inputs = builder.shape(value)[1]! / group;
      const scale = Math.sqrt(6 / (inputs * kernel * kernel));
      const weights = [
        weight([channels, inputs, kernel, kernel], scale),
        ...(bias ? [weight([channels], 0.1)] : []),
      ];
      const attributes = { ...square(kernel, stride, kernel >> 1), group: int(group) };
      return builder.op('Conv', [value, ...weights], attributes);
    },
    pool(op, value, kernel, stride, pad = 0) {
      const { dilations: _, ...attributes } = square(kernel, stride, pad);
      return builder.op(op, [value], op === 'MaxPool' ? square(kernel, stride, pad) : attributes);
    },
    dense(value, units) {
      const inputs = builder.shape(value)[1]!;
      const weights = [weight([units, inputs], Math.sqrt(3 / inputs)), weight([units], 0.1)];
      return builder.op('Gemm', [value, ...weights], { transB: int(1) });
    },
    flatten(value) {
      return builder.op('Reshape', [value, builder.vector([0, -1])]);
    },
    bytes: (output) => writeModel(builder.build([output])),
  };
  return sketch;
}

/** conv3×3 → ReLU → max-pool → conv3×3 → ReLU → global average → dense, 3 classes, logits. */
export function smallCnn(
  imageShape: readonly number[] = [2, 12, 10],
  activation?: 'Softmax' | 'Sigmoid',
  units = 3,
): Uint8Array {
  const sketch = sketchModel(imageShape);
  const { builder } = sketch;
  const first = builder.op('Relu', [sketch.conv(sketch.image, 8, 3)]);
  const pooled = sketch.pool('MaxPool', first, 2, 2);
  const second = builder.op('Relu', [sketch.conv(pooled, 16, 3)]);
  const logits = sketch.dense(sketch.flatten(builder.op('GlobalAveragePool', [second])), units);
  if (!activation) return sketch.bytes(logits);
  return sketch.bytes(builder.op(activation, [logits], activation === 'Softmax' ? { axis: int(1) } : {}));
}

/** Networks for measuring: plain with max-pools, residual, depthwise-separable; random weights, 224×224×3. */
import type { ModelSketch } from '../../unit/engine/test-models.ts';
import { sketchModel } from '../../unit/engine/test-models.ts';

/** Five blocks of conv 3×3 → ReLU → max-pool 2×2 (32-64-128-256-256), then two dense layers. 1.7 GFLOP. */
export function plainCnn(): Uint8Array {
  const sketch = sketchModel([3, 224, 224]);
  const { builder } = sketch;
  const features = [32, 64, 128, 256, 256].reduce(
    (value, channels) => sketch.pool('MaxPool', builder.op('Relu', [sketch.conv(value, channels, 3)]), 2, 2),
    sketch.image,
  );
  const hidden = builder.op('Relu', [sketch.dense(sketch.flatten(features), 128)]);
  return sketch.bytes(sketch.dense(hidden, 4));
}

/** ResNet-50: bottlenecks 3-4-6-3 after a 7×7 stem with overlapping max-pool. 8.2 GFLOP. */
export function resNet50(): Uint8Array {
  const sketch = sketchModel([3, 224, 224]);
  const { builder } = sketch;
  const stem = builder.op('Relu', [sketch.conv(sketch.image, 64, 7, { stride: 2 })]);
  let value = sketch.pool('MaxPool', stem, 3, 2, 1);
  [3, 4, 6, 3].forEach((blocks, stage) => {
    for (let block = 0; block < blocks; block++) {
      value = bottleneck(sketch, value, 64 << stage, stage > 0 && block === 0 ? 2 : 1);
    }
  });
  const pooled = builder.op('GlobalAveragePool', [value]);
  return sketch.bytes(sketch.dense(sketch.flatten(pooled), 10));
}

function bottleneck(sketch: ModelSketch, value: string, width: number, stride: number): string {
  const { builder } = sketch;
  const narrow = builder.op('Relu', [sketch.conv(value, width, 1)]);
  const spatial = builder.op('Relu', [sketch.conv(narrow, width, 3, { stride })]);
  const wide = sketch.conv(spatial, 4 * width, 1);
  const same = builder.shape(value)[1] === 4 * width && stride === 1;
  const skip = same ? value : sketch.conv(value, 4 * width, 1, { stride });
  return builder.op('Relu', [builder.op('Add', [wide, skip])]);
}

/** MobileNet-like: depthwise 3×3 and pointwise convolutions with ReLU6, widths of MobileNet v1. 1.1 GFLOP. */
export function mobileNet(): Uint8Array {
  const sketch = sketchModel([3, 224, 224]);
  const { builder } = sketch;
  const clipped = (value: string): string =>
    builder.op('Clip', [value, builder.scalar(0), builder.scalar(6)]);
  let value = clipped(sketch.conv(sketch.image, 32, 3, { stride: 2 }));
  const blocks = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...Array(5).fill([512, 1]),
    [1024, 2],
    [1024, 1],
  ];
  for (const [width, stride] of blocks as [number, number][]) {
    const channels = builder.shape(value)[1]!;
    value = clipped(sketch.conv(value, channels, 3, { stride, group: channels }));
    value = clipped(sketch.conv(value, width, 1));
  }
  return sketch.bytes(sketch.dense(sketch.flatten(builder.op('GlobalAveragePool', [value])), 10));
}

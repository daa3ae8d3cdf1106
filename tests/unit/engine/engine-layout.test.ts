import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { int } from '../../../shared/onnx/graph.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../../shared/runtime/runner.ts';
import { sketchModel } from './test-models.ts';
import { uniform } from './uniform.ts';

/** A residual network with a strided block, a max-pool and a global average: every place layouts change. */
function residualCnn(): Uint8Array {
  const sketch = sketchModel([3, 24, 20]);
  const { builder } = sketch;
  const stem = sketch.pool('MaxPool', builder.op('Relu', [sketch.conv(sketch.image, 16, 3)]), 2, 2);
  const inner = builder.op('Relu', [sketch.conv(stem, 16, 3)]);
  const first = builder.op('Relu', [builder.op('Add', [sketch.conv(inner, 16, 3), stem])]);
  const narrow = builder.op('Relu', [sketch.conv(first, 32, 3, { stride: 2 })]);
  const skip = sketch.conv(first, 32, 1, { stride: 2 });
  const second = builder.op('Relu', [builder.op('Add', [sketch.conv(narrow, 32, 3), skip])]);
  const pooled = builder.op('GlobalAveragePool', [second]);
  return sketch.bytes(builder.op('Softmax', [sketch.dense(sketch.flatten(pooled), 4)], { axis: int(1) }));
}

describe('the arrangement for the CPU engine', () => {
  it('changes neither scores nor gradients beyond the order of sums', async () => {
    const cpu = createOnnxRuntimeRunner({ threads: 1 });
    const opened: number[] = [];
    const elsewhere: Runner = {
      ...cpu,
      device: 'wasm',
      load(bytes) {
        opened.push(bytes.length);
        return cpu.load(bytes);
      },
    };
    const next = uniform(2);
    const batch = { shape: [2, 3, 24, 20], data: Float32Array.from({ length: 2880 }, next) };
    const [blocked, plain] = await Promise.all(
      [cpu, elsewhere].map(async (runner) => {
        const classifier = await compileClassifier(residualCnn(), runner);
        const result = await classifier.gradient(batch, [0, 3]);
        await classifier.release();
        return result;
      }),
    );
    expect(opened).toHaveLength(1);
    expect(blocked!.scores.data).toEqual(plain!.scores.data);
    const largest = Math.max(...plain!.gradient.data.map(Math.abs));
    plain!.gradient.data.forEach((value, at) => {
      expect(Math.abs(blocked!.gradient.data[at]! - value)).toBeLessThan(1e-6 * largest);
    });
  });
});

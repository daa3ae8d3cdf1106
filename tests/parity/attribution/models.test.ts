/** Path methods on real CNNs, through our gradient graphs, against float64 gradients of PyTorch. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { meanOverCopies } from '../../../shared/attribution/smoothgrad.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { type Tensor, tensor } from '../../../shared/tensor/tensor.ts';
import {
  correlation,
  type GoldenArray,
  golden,
  goldenCase,
  goldenFile,
  goldenMissing,
  relativeL2,
  report,
} from './golden.ts';

interface Case {
  readonly target: number;
  readonly float32_gap: { readonly gradient: number; readonly ig_25: number };
}

const REFERENCE = { steps: 25, quadrature: 'reference' };

/** HWC -> CHW. */
function channelsFirst({ shape, data }: GoldenArray): Tensor<Float32Array> {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  const pixels = height * width;
  const out = Float32Array.from(data, (_, i) => data[(i % pixels) * channels + Math.floor(i / pixels)]!);
  return tensor(out, [channels, height, width]);
}

describe.skipIf(goldenMissing).each(['paper-cnn3', 'resnet-mini', 'densenet-mini'])('%s', (name) => {
  const folder = `models/${name}`;
  let model: Classifier;
  let input: Tensor<Float32Array>;
  const spec = goldenMissing ? undefined : goldenCase<Case>(folder);
  const expected = (array: string): GoldenArray => {
    const { shape, data } = channelsFirst(golden(folder, `expect_${array}`));
    return { shape, data: Float64Array.from(data) };
  };
  const runner = createOnnxRuntimeRunner();
  const context = () => ({ target: spec!.target, runner });
  const attribute = (method: string, options: object) => {
    const chosen = methodNamed(method);
    return chosen.attribute(model, input, context(), parseOptions(chosen, options));
  };

  beforeAll(async () => {
    model = await compileClassifier(goldenFile(folder, 'model.onnx'), runner);
    input = channelsFirst(golden(folder, 'input'));
  });
  afterAll(() => model.release());

  test.each([
    ['gradient', 'gradients', {}, 10 * (spec?.float32_gap.gradient ?? 0)],
    ['ig_25', 'integrated-gradients', REFERENCE, 10 * (spec?.float32_gap.ig_25 ?? 0)],
    // No bound is given for it: on smooth plateaus float32 decides which pixel wins a max-pool.
    ['blur_30_s10', 'blur-ig', { steps: 30, maxSigma: 10 }, 5e-3],
  ] as const)('%s', async (array, method, options, gap) => {
    const bound = Math.max(1e-4, gap);
    const { map } = await attribute(method, options);
    const error = relativeL2(map, expected(array));
    report(`${folder}/${array}`, error, `rel L2 <= ${bound}`);
    expect(error).toBeLessThanOrEqual(bound);
  });

  test('guided_50 follows the same greedy path', async () => {
    const { map } = await attribute('guided-ig', { steps: 50 });
    const r = correlation(map.data, expected('guided_50').data);
    report(`${folder}/guided_50`, 1 - r, '1 - r <= 0.01');
    expect(r).toBeGreaterThanOrEqual(0.99);
  });

  test('SmoothGrad of integrated gradients with the recorded noise', async () => {
    const { shape, data } = golden(folder, 'noise');
    const size = input.data.length;
    const noise = Array.from({ length: shape[0]! }, (_, s) =>
      channelsFirst({ shape, data: data.subarray(s * size, (s + 1) * size) }),
    );
    const inner = methodNamed('integrated-gradients');
    const { map } = await meanOverCopies({
      model,
      input,
      context: context(),
      inner,
      ofOptions: parseOptions(inner, REFERENCE),
      samples: shape[0]!,
      magnitude: true,
      noisy: (s) =>
        tensor(
          input.data.map((value, i) => value + noise[s]!.data[i]!),
          input.shape,
        ),
    });
    const bound = Math.max(1e-4, 10 * spec!.float32_gap.ig_25);
    const error = relativeL2(map, expected('smooth_ig_25_n4_squared'));
    report(`${folder}/smooth_ig_25_n4_squared`, error, `rel L2 <= ${bound}`);
    expect(error).toBeLessThanOrEqual(bound);
  });
});

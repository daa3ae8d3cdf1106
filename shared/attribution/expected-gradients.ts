/**
 * Expected gradients (GradientSHAP): integrated gradients averaged over many baselines,
 * aᵢ = E over b, α of (xᵢ − bᵢ) ∂F/∂xᵢ(b + α(x − b)), one gradient a draw.
 * Erion, Janizek, Sturmfels, Lundberg & Lee 2021, "Improving performance of deep learning models with
 * axiomatic attribution priors and expected gradients", equation 3.
 *
 * α is stratified: draw s lies in [s/n, (s + 1)/n), baselines come in shuffled order. Less variance, same mean.
 */
import { z } from 'zod';
import type { FloatArray, Tensor } from '../tensor/tensor.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { type UniformSource, xoshiro } from './noise/xoshiro.ts';
import { valueRange } from './value-range.ts';

const options = z.strictObject({
  samples: z.int().min(1).max(10_000).default(100).describe('Draws; one gradient and one forward pass each.'),
  background: z
    .enum(['constant', 'noise'])
    .default('constant')
    .describe(
      'Baselines where no background images are given: constant images from the least to the greatest value of the input, or uniform noise between them.',
    ),
  seed: z.int().default(0).describe('Seed of the draws.'),
});

type Options = z.infer<typeof options>;
const cost = ({ samples }: Options) => ({ gradients: samples, forwards: samples + 1 });

/** Map [...inputShape] in units of the score; the sum ≈ F(x) − mean F(b), the gap is reported. */
export const expectedGradients: Method<Options> = {
  name: 'expected-gradients',
  title: 'Expected gradients',
  citation: 'Erion, Janizek, Sturmfels, Lundberg & Lee 2021, arXiv:1906.10670',
  notes: {
    formula: 'aᵢ = mean over draws of (xᵢ − bᵢ) ∂F/∂xᵢ(b + α(x − b))',
    meaning:
      'The share of the score difference between the image and an average background image that goes to this input value.',
    weaknesses: [
      'As good as its background: without given images it only knows constant or noise images.',
      'A random estimate: few draws leave noise and a completeness gap.',
    ],
  },
  options,
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('expected-gradients', model, input, context, cost(chosen));
    const { samples } = chosen;
    const random = xoshiro(chosen.seed);
    const order = shuffled(samples, random);
    const alphas = Float64Array.from({ length: samples }, (_, s) => (s + random.uniform()) / samples);
    const baselineOf = context.background
      ? givenBaselines(context.background, order)
      : drawnBaselines(input, order, chosen.background, chosen.seed);
    const [end] = await calls.targetScores([input.data]);
    let start = 0;
    await calls.forEachScores(
      samples,
      (s, into) => into.set(baselineOf(s)),
      (_, scores) => {
        start += scores[context.target]! / samples;
      },
    );
    const map = new Float64Array(input.data.length);
    await calls.forEachGradient(
      samples,
      (s, into) => {
        const baseline = baselineOf(s);
        for (let i = 0; i < into.length; i++) {
          into[i] = baseline[i]! + alphas[s]! * (input.data[i]! - baseline[i]!);
        }
      },
      (s, gradient) => {
        const baseline = baselineOf(s);
        for (let i = 0; i < map.length; i++) {
          map[i]! += ((input.data[i]! - baseline[i]!) * gradient[i]!) / samples;
        }
      },
    );
    const expected = end! - start;
    const gap = Math.abs(map.reduce((sum, value) => sum + value, 0) - expected);
    return calls.finish(map, input.shape, { completeness: { gap, expected } });
  },
};

/** Fisher–Yates. */
function shuffled(count: number, random: UniformSource): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Each background image in turn, in shuffled order. */
function givenBaselines({ data, shape }: Tensor, order: Uint32Array): (s: number) => FloatArray {
  const count = shape[0]!;
  const size = data.length / count;
  return (s) => {
    const image = order[s]! % count;
    return data.subarray(image * size, (image + 1) * size);
  };
}

function drawnBaselines(
  input: Tensor,
  order: Uint32Array,
  kind: Options['background'],
  seed: number,
): (s: number) => Float64Array {
  const [low, high] = valueRange(input.data);
  const image = new Float64Array(input.data.length);
  return (s) => {
    if (kind === 'constant') return image.fill(low + ((order[s]! + 0.5) / order.length) * (high - low));
    // A generator per draw, so that each pass sees the same image.
    const random = xoshiro(seed + 1 + s);
    for (let i = 0; i < image.length; i++) image[i] = low + random.uniform() * (high - low);
    return image;
  };
}

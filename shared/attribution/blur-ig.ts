/**
 * Blur integrated gradients: a = −∫₀^maxSigma ∂F/∂L(σ) · ∂L/∂σ dσ, where L(σ) is the image blurred by a
 * Gaussian of standard deviation σ. The path runs from blurred to sharp, so no baseline color is needed.
 * Xu, Venugopalan & Sundararajan 2020, "Attribution in scale and space", equation 6.
 *
 * A left sum over σᵢ = i·max/steps (`linear`) or √(i·max/steps) (`sqrt`), i < steps; ∂L/∂σ is a forward difference
 * over gradStep. Each term has its own Δσᵢ, so the result does not depend on the batch size.
 */
import { z } from 'zod';
import type { FloatArray, Tensor } from '../tensor/tensor.ts';
import { type InputScaleSpace, inputScaleSpace } from './input-scale-space.ts';
import type { Attribution, Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('Scales on the path.'),
  maxSigma: z
    .number()
    .positive()
    .max(1000)
    .default(50)
    .describe('Standard deviation of the strongest blur, in pixels (sqrt spacing: its square).'),
  gradStep: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe('Difference of scale used for the derivative.'),
  spacing: z
    .enum(['linear', 'sqrt'])
    .default('linear')
    .describe('linear: σ = i·maxSigma/steps; sqrt: σ = √(i·maxSigma/steps), up to √maxSigma only.'),
});

type Options = z.infer<typeof options>;
const cost = ({ steps }: Options) => ({ gradients: steps, forwards: 2 });

/** Map [...inputShape] in units of the score; the sum ≈ F(x) − F(x blurred by maxSigma), the gap is reported. */
export const blurIg: Method<Options> = {
  name: 'blur-ig',
  title: 'Blur IG',
  citation: 'Xu, Venugopalan & Sundararajan 2020, arXiv:2004.03383',
  notes: {
    formula: 'a = −∫ ∂F/∂L(σ) · ∂L(σ)/∂σ dσ, L(σ) the image blurred by σ',
    meaning:
      'The share of the score difference between the image and its blurred version that goes to this pixel, over all scales.',
    weaknesses: [
      'Outside the image counts as zero in model units, so strong blur darkens or lightens the border.',
      'The sum starts at the sharp image: coarse steps miss most of what happens at small scales.',
    ],
  },
  options,
  reference: { steps: 100, maxSigma: 50, gradStep: 0.01, spacing: 'linear' },
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('blur-ig', model, input, context, cost(chosen));
    const sigmas = scales(chosen);
    const space = await inputScaleSpace(model, input, context.runner);
    try {
      return await alongScales(calls, space, input, sigmas, chosen);
    } finally {
      await space.release();
    }
  },
};

async function alongScales(
  calls: ModelCalls,
  space: InputScaleSpace,
  input: Tensor,
  sigmas: Float64Array,
  { steps, gradStep }: Options,
): Promise<Attribution> {
  const attribution = new Float64Array(input.data.length);
  const slopes = new Map<number, FloatArray>();
  const strongest = await space.at(sigmas[steps]!, gradStep);
  const [end, start] = await calls.targetScores([input.data, strongest.blurred]);
  await calls.forEachGradient(
    steps,
    async (i, into) => {
      const { blurred, slope } = await space.at(sigmas[i]!, gradStep);
      into.set(blurred);
      slopes.set(i, slope);
    },
    (i, gradient) => {
      const slope = slopes.get(i)!;
      slopes.delete(i);
      const width = sigmas[i + 1]! - sigmas[i]!;
      for (let k = 0; k < attribution.length; k++) attribution[k]! -= width * slope[k]! * gradient[k]!;
    },
  );
  const expected = end! - start!;
  const gap = Math.abs(attribution.reduce((sum, value) => sum + value, 0) - expected);
  return calls.finish(attribution, input.shape, { completeness: { gap, expected } });
}

/** The steps + 1 ends of the intervals, from 0 to maxSigma (`sqrt`: to √maxSigma, as in PAIR saliency). */
function scales({ steps, maxSigma, spacing }: Options): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, i) => {
    const even = (i * maxSigma) / steps;
    return spacing === 'linear' ? even : Math.sqrt(even);
  });
}

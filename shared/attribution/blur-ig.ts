/**
 * Blur integrated gradients: a = −∫₀^maxSigma ∂F/∂L(σ) · ∂L/∂σ dσ, where L(σ) is the image blurred by a
 * Gaussian of standard deviation σ. The path runs from blurred to sharp, so no baseline color is needed.
 * Xu, Venugopalan & Sundararajan 2020, "Attribution in scale and space", equation 6.
 *
 * A left sum over σᵢ = i·max/steps (`linear`) or √(i·max/steps) (`sqrt`), i < steps; ∂L/∂σ is a forward difference
 * over gradStep. Each term has its own Δσᵢ, so the result does not depend on the batch size.
 */
import { z } from 'zod';
import { gaussianScaleSpace } from '../imaging/gaussian-scale-space.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { geometryOf, planesOf } from './planes.ts';

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
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('blur-ig', model, input, context, cost(chosen));
    const sigmas = scales(chosen);
    const blurAt = scaleSpaceOf(model, input, chosen.gradStep);
    const size = input.data.length;
    const attribution = new Float64Array(size);
    const blurred = new Float64Array(size);
    const slopes = new Map<number, Float64Array>();
    blurAt(sigmas[chosen.steps]!, blurred, new Float64Array(size));
    const [end, start] = await calls.targetScores([input.data, blurred.slice()]);
    await calls.forEachGradient(
      chosen.steps,
      (i, into) => {
        const slope = new Float64Array(size);
        blurAt(sigmas[i]!, blurred, slope);
        into.set(blurred);
        slopes.set(i, slope);
      },
      (i, gradient) => {
        const slope = slopes.get(i)!;
        slopes.delete(i);
        const width = sigmas[i + 1]! - sigmas[i]!;
        for (let k = 0; k < size; k++) attribution[k]! -= width * slope[k]! * gradient[k]!;
      },
    );
    const expected = end! - start!;
    const gap = Math.abs(attribution.reduce((sum, value) => sum + value, 0) - expected);
    return calls.finish(attribution, input.shape, { completeness: { gap, expected } });
  },
};

/** The steps + 1 ends of the intervals, from 0 to maxSigma (`sqrt`: to √maxSigma, as in PAIR saliency). */
function scales({ steps, maxSigma, spacing }: Options): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, i) => {
    const even = (i * maxSigma) / steps;
    return spacing === 'linear' ? even : Math.sqrt(even);
  });
}

/** Writes the whole input blurred by σ, and its slope in σ, in the model's own layout. */
function scaleSpaceOf(
  model: Pick<Classifier, 'layout' | 'inputShape'>,
  input: Tensor,
  gradStep: number,
): (sigma: number, blurred: Float64Array, slope: Float64Array) => void {
  const { height, width, channelStride, pixelStride } = geometryOf(model);
  const pixels = height * width;
  const spaces = planesOf(model, input.data).map((plane) => gaussianScaleSpace(plane, height, width));
  const planeBlurred = new Float64Array(pixels);
  const planeSlope = new Float64Array(pixels);
  return (sigma, blurred, slope) => {
    spaces.forEach((space, c) => {
      space.at(sigma, gradStep, planeBlurred, planeSlope);
      for (let p = 0; p < pixels; p++) {
        blurred[c * channelStride + p * pixelStride] = planeBlurred[p]!;
        slope[c * channelStride + p * pixelStride] = planeSlope[p]!;
      }
    });
  };
}

/**
 * Guided integrated gradients: aᵢ = ∫ ∂F/∂xᵢ dxᵢ along a path that moves first where the model is least
 * sensitive, so steep regions far from the straight line add less noise.
 * Kapishnikov, Venugopalan, Avci, Wedin, Terry & Bolukbasi 2021, "Guided integrated gradients", algorithm 1.
 */
import { z } from 'zod';
import { baselineFor, baselineSchema } from './baseline.ts';
import { guidedPath } from './guided-path.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(200).describe('Gradients on the path; they cannot be batched.'),
  fraction: z.number().min(0).max(1).default(0.25).describe('Share of the features moved at a time.'),
  maxDistance: z
    .number()
    .min(0)
    .max(1)
    .default(0.02)
    .describe('How far a feature may stray from the straight line, as a share of its way. 1: unbounded.'),
  baseline: baselineSchema,
});

type Options = z.infer<typeof options>;
const cost = ({ steps }: Options) => ({ gradients: steps, forwards: 2 });

/** Map [...inputShape] in units of the score; the sum ≈ F(x) − F(b), the gap is reported. */
export const guidedIg: Method<Options> = {
  name: 'guided-ig',
  title: 'Guided IG',
  citation: 'Kapishnikov et al. 2021, arXiv:2106.09788',
  notes: {
    formula: 'aᵢ = Σₛ Δxᵢ(s) ∂F/∂xᵢ(xₛ), features with the smallest |∂F/∂xᵢ| move first',
    meaning:
      'The share of the score difference between the image and the baseline that goes to this input value, along a path chosen by the model.',
    weaknesses: [
      'Greedy: rounding can send the path another way, so maps of different machines differ in detail.',
      'Steps depend on each other: it cannot be batched, and 200 gradients take their time.',
      'An unbounded path (maxDistance 1) is the worst setting published on medical images.',
    ],
  },
  options,
  reference: { steps: 200, fraction: 0.25, maxDistance: 0.02, baseline: 0 },
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('guided-ig', model, input, context, cost(chosen));
    const baseline = baselineFor('guided-ig', chosen.baseline, model, input, context);
    const [end, start] = await calls.targetScores([input.data, baseline]);
    const { fraction, maxDistance, steps } = chosen;
    const path = guidedPath(new Float64Array(input.data), baseline, fraction, maxDistance);
    for (let step = 0; path.length > 0 && step < steps; step++) {
      await calls.forEachGradient(
        1,
        (_, into) => into.set(path.point),
        (_, gradient) => path.advance(gradient, step, steps),
      );
    }
    const { attribution } = path;
    const expected = end! - start!;
    const gap = Math.abs(attribution.reduce((sum, value) => sum + value, 0) - expected);
    return calls.finish(attribution, input.shape, { completeness: { gap, expected } });
  },
};

/**
 * Integrated gradients: aᵢ = (xᵢ − bᵢ) ∫₀¹ ∂F/∂xᵢ (b + α (x − b)) dα, so Σ aᵢ = F(x) − F(b).
 * Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks", equation 1.
 *
 * `reference` is the plain mean over linspace(0, 1, steps) of PAIR saliency 0.2.1 (its completeness error is
 * of order 1/steps). The default, Gauss–Legendre, needs far fewer nodes on smooth functions; `adaptive` is for
 * scores that jump on the path, as saturated probabilities do.
 */
import { z } from 'zod';
import { integrateAdaptively } from './adaptive-path.ts';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Attribution, Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { quadrature } from './quadrature.ts';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(25).describe('Nodes on the path; `adaptive` chooses its own.'),
  quadrature: z
    .enum(['reference', 'midpoint', 'gauss-legendre', 'adaptive'])
    .default('gauss-legendre')
    .describe(
      'How the integral is summed. `adaptive` puts nodes where the score bends until the completeness gap is at most `tolerance`.',
    ),
  baseline: baselineSchema,
  tolerance: z.number().positive().default(0.01).describe('Of `adaptive`: the gap allowed, in score units.'),
  maxSteps: z
    .int()
    .min(2)
    .max(2000)
    .default(400)
    .describe('Of `adaptive`: the most nodes; each keeps a gradient in memory until the end.'),
});

type Options = z.infer<typeof options>;

function cost({ steps, quadrature: rule, maxSteps }: Options): { gradients: number; forwards: number } {
  if (rule === 'adaptive') return { gradients: maxSteps, forwards: 0 };
  return { gradients: steps, forwards: endsAreNodes(rule, steps) ? 0 : 2 };
}

/** Then the scores at both ends of the path come with their gradients. */
const endsAreNodes = (rule: Options['quadrature'], steps: number): boolean =>
  rule === 'reference' && steps > 1;

/** Map [...inputShape] in units of the score; the sum ≈ F(x) − F(b), the gap is reported. */
export const integratedGradients: Method<Options> = {
  name: 'integrated-gradients',
  title: 'Integrated gradients',
  citation: 'Sundararajan, Taly & Yan 2017, arXiv:1703.01365',
  notes: {
    formula: 'aᵢ = (xᵢ − bᵢ) ∫₀¹ ∂F/∂xᵢ(b + α(x − b)) dα',
    meaning:
      'The share of the score difference between the image and the baseline that goes to this input value; all shares add up to the difference.',
    weaknesses: [
      'Blind to pixels equal to the baseline: with a black baseline, black pixels get nothing.',
      'Gradients met far from the image, on the path, add noise.',
    ],
  },
  options,
  reference: { steps: 25, quadrature: 'reference', baseline: 0 },
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen): Promise<Attribution> {
    const calls = new ModelCalls('integrated-gradients', model, input, context, cost(chosen));
    const baseline = baselineFor('integrated-gradients', chosen.baseline, model, input, context);
    const rule = chosen.quadrature;
    if (rule === 'adaptive') {
      const { map, gap, expected } = await integrateAdaptively(
        calls,
        input.data,
        baseline,
        context.target,
        chosen,
      );
      return calls.finish(map, input.shape, { completeness: { gap, expected } });
    }
    const known = endsAreNodes(rule, chosen.steps) ? [] : await calls.targetScores([input.data, baseline]);
    const { map, scores } = await integrate(calls, input.data, baseline, quadrature(rule, chosen.steps));
    const [end, start] =
      known.length > 0 ? known : [scores.at(-1)!, scores[0]!].map((s) => s[context.target]!);
    const expected = end! - start!;
    const gap = Math.abs(map.reduce((sum, value) => sum + value, 0) - expected);
    return calls.finish(map, input.shape, { completeness: { gap, expected } });
  },
};

/** (x − b) Σₖ weightₖ ∇F(b + nodeₖ (x − b)), float64, and the scores [K] at each node. */
async function integrate(
  calls: ModelCalls,
  input: ArrayLike<number>,
  baseline: Float64Array,
  { nodes, weights }: { nodes: Float64Array; weights: Float64Array },
): Promise<{ readonly map: Float64Array<ArrayBuffer>; readonly scores: readonly Float32Array[] }> {
  const total = new Float64Array(input.length);
  const span = Float64Array.from(input, (value, i) => value - baseline[i]!);
  const scores: Float32Array[] = [];
  await calls.forEachGradient(
    nodes.length,
    (k, into) => {
      const node = nodes[k]!;
      for (let i = 0; i < into.length; i++) into[i] = baseline[i]! + node * span[i]!;
    },
    (k, gradient, found) => {
      const weight = weights[k]!;
      scores.push(found.slice());
      for (let i = 0; i < total.length; i++) total[i]! += weight * gradient[i]!;
    },
  );
  for (let i = 0; i < total.length; i++) total[i]! *= span[i]!;
  return { map: total, scores };
}

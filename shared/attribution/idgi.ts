/**
 * IDGI, important direction gradient integration: on each piece of the straight path the score difference is
 * shared out by squared gradient, aᵢ = Σⱼ gᵢ(xⱼ)² / ‖g(xⱼ)‖² · (F(xⱼ₊₁) − F(xⱼ)).
 * Yang, Wang & Bilgic 2023, "IDGI: a framework to eliminate explanation noise from integrated gradients",
 * algorithm 1. Complete by construction; a piece where the gradient is zero gives nothing.
 */
import { z } from 'zod';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(25).describe('Pieces of the straight path; a gradient each.'),
  baseline: baselineSchema,
});

type Options = z.infer<typeof options>;
const cost = ({ steps }: Options) => ({ gradients: steps, forwards: 1 });

/** Map [...inputShape] in units of the score; the sum is F(x) − F(b), the gap is reported. */
export const idgi: Method<Options> = {
  name: 'idgi',
  title: 'IDGI',
  citation: 'Yang, Wang & Bilgic 2023, arXiv:2303.14242',
  notes: {
    formula: 'aᵢ = Σⱼ gᵢ(xⱼ)² / ‖g(xⱼ)‖² · (F(xⱼ₊₁) − F(xⱼ))',
    meaning:
      'The share of the score difference between the image and the baseline that goes to this input value, by how steeply the score depends on it along the path.',
    weaknesses: [
      'All values of a piece share its sign: evidence for and against within one piece is not told apart.',
      'A pixel equal to the baseline can get a share, because only the gradient counts.',
    ],
  },
  options,
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('idgi', model, input, context, cost(chosen));
    const baseline = baselineFor('idgi', chosen.baseline, model, input, context);
    const { steps } = chosen;
    const map = new Float64Array(input.data.length);
    const [end] = await calls.targetScores([input.data]);
    let start = 0;
    let pending: { gradient: Float64Array; score: number } | undefined;
    const share = (next: number): void => {
      if (pending) shareInto(map, pending.gradient, next - pending.score);
    };
    await calls.forEachGradient(
      steps,
      (j, into) => {
        for (let i = 0; i < into.length; i++) {
          into[i] = baseline[i]! + (j / steps) * (input.data[i]! - baseline[i]!);
        }
      },
      (j, gradient, scores) => {
        const score = scores[context.target]!;
        if (j === 0) start = score;
        share(score);
        pending = { gradient: new Float64Array(gradient), score };
      },
    );
    share(end!);
    const expected = end! - start;
    const gap = Math.abs(map.reduce((sum, value) => sum + value, 0) - expected);
    return calls.finish(map, input.shape, { completeness: { gap, expected } });
  },
};

function shareInto(map: Float64Array, gradient: Float64Array, difference: number): void {
  let norm = 0;
  for (let i = 0; i < map.length; i++) norm += gradient[i]! * gradient[i]!;
  if (norm === 0) return;
  const scale = difference / norm;
  for (let i = 0; i < map.length; i++) map[i]! += gradient[i]! * gradient[i]! * scale;
}

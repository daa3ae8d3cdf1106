/**
 * Input × gradient: aᵢ = (xᵢ − bᵢ) ∂F/∂xᵢ, the one-step left end of integrated gradients at x.
 * Shrikumar, Greenside, Shcherbina & Kundaje 2016, "Not just a black box", section 2.
 */
import { z } from 'zod';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

const options = z.strictObject({ baseline: baselineSchema });
const cost = { gradients: 1, forwards: 0 };

/** Map [...inputShape] in units of the score; sums to F(x) − F(b) only where F is linear. */
export const inputXGradient: Method<z.infer<typeof options>> = {
  name: 'input-x-gradient',
  title: 'Input × gradient',
  citation: 'Shrikumar, Greenside, Shcherbina & Kundaje 2016, arXiv:1605.01713',
  notes: {
    formula: 'aᵢ = (xᵢ − bᵢ) ∂F/∂xᵢ',
    meaning: 'The change of the score, to first order, if this input value were set to the baseline.',
    weaknesses: [
      'Looks like the image itself, because it is multiplied with it.',
      'Zero for every pixel equal to the baseline, whatever the model thinks of it.',
      'First order only: wrong by any amount where the model is far from linear.',
    ],
  },
  options,
  signed: true,
  unit: 'score',
  cost: () => cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('input-x-gradient', model, input, context, cost);
    const baseline = baselineFor('input-x-gradient', chosen.baseline, model, input, context);
    const map = new Float64Array(input.data.length);
    await calls.forEachGradient(
      1,
      (_, into) => into.set(input.data),
      (_, gradient) => {
        for (let i = 0; i < map.length; i++) map[i] = (input.data[i]! - baseline[i]!) * gradient[i]!;
      },
    );
    return calls.finish(map, input.shape);
  },
};

/**
 * Gradients ("vanilla saliency"): aᵢ = ∂F/∂xᵢ.
 * Simonyan, Vedaldi & Zisserman 2013, "Deep inside convolutional networks", section 3.
 */
import { z } from 'zod';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

const options = z.strictObject({});
const cost = { gradients: 1, forwards: 0 };

/** One gradient at the input. Map [...inputShape], score per input unit; it does not sum to the score. */
export const gradients: Method<z.infer<typeof options>> = {
  name: 'gradients',
  title: 'Gradients',
  citation: 'Simonyan, Vedaldi & Zisserman 2013, arXiv:1312.6034',
  notes: {
    formula: 'aᵢ = ∂F/∂xᵢ',
    meaning: 'How much the score rises when this input value rises by one unit, all others kept.',
    weaknesses: [
      'Noisy: neighboring pixels change sign with the activation pattern of the network.',
      'Local: where the score is saturated the gradient is near zero although the pixel matters.',
    ],
  },
  options,
  reference: {},
  signed: true,
  unit: 'score per input unit',
  cost: () => cost,
  async attribute(model, input, context) {
    const calls = new ModelCalls('gradients', model, input, context, cost);
    const map = new Float64Array(input.data.length);
    await calls.forEachGradient(
      1,
      (_, into) => into.set(input.data),
      (_, gradient) => map.set(gradient),
    );
    return calls.finish(map, input.shape);
  },
};

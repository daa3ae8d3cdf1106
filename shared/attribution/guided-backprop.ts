/**
 * Guided backpropagation: the gradient at the input, where every ReLU on the way back also drops what is
 * negative. Springenberg, Dosovitskiy, Brox & Riedmiller 2015, "Striving for simplicity", section 3.4.
 */
import { z } from 'zod';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';

const options = z.strictObject({});
const cost = { gradients: 1, forwards: 0 };

/** Map [...inputShape]; sharp, but not a gradient of the score. */
export const guidedBackprop: Method<z.infer<typeof options>> = {
  name: 'guided-backprop',
  title: 'Guided backpropagation',
  citation: 'Springenberg, Dosovitskiy, Brox & Riedmiller 2015, arXiv:1412.6806',
  notes: {
    formula: 'a = backpropagation with R ← R · [A > 0] · [R > 0] at every ReLU',
    meaning: 'Image structure to which units that raise the score respond.',
    weaknesses: [
      'Nearly the same map for every class and for randomized upper layers: it shows edges of the image more than reasons of the model (Adebayo et al. 2018).',
      'Not a gradient: its size means nothing.',
      'Made for ReLU: other activations (leaky ReLU, ELU, SiLU) pass as they are, and a model without any ReLU is refused.',
    ],
  },
  options,
  signed: true,
  unit: 'relative',
  cost: () => cost,
  async attribute(model, input, context) {
    const calls = new ModelCalls('guided-backprop', model, input, context, cost);
    return calls.finish(new Float64Array(await calls.guidedGradient(input)), input.shape);
  },
};

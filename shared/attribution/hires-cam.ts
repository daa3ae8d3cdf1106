/**
 * HiResCAM: Σ_c g_c ⊙ A_c, without averaging the gradient first, so it marks only places the model used.
 * Draelos & Carin 2020, "Use HiResCAM instead of Grad-CAM for faithful explanations", equation 3.
 */
import { classActivationMap } from './class-activation-map.ts';

/** Map [H, W], signed, stretched from the feature map's own grid. */
export const hiresCam = classActivationMap({
  name: 'hires-cam',
  title: 'HiResCAM',
  citation: 'Draelos & Carin 2020, arXiv:2011.08891',
  notes: {
    formula: 'map = Σ_c ∂F/∂A_c ⊙ A_c',
    meaning: 'What this place of the last feature maps adds to the score, to first order.',
    weaknesses: [
      'Coarse: the grid of the last feature map, often 7×7, stretched over the image.',
      'Exact only for models that end in one linear layer after the feature map.',
    ],
  },
  signed: true,
  combine(activations, gradients, channels, positions) {
    const map = new Float64Array(positions);
    for (let i = 0; i < channels * positions; i++) map[i % positions]! += activations[i]! * gradients[i]!;
    return map;
  },
});

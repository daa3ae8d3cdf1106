/**
 * Grad-CAM++: as Grad-CAM, with w_c = Σ_p α_cp ReLU(g_cp), α_cp = g² / (2 g² + g³ Σ_q A_cq), so that several
 * small instances of a class count as much as a large one.
 * Chattopadhay, Sarkar, Howlader & Balasubramanian 2018, "Grad-CAM++", equations 10 and 19.
 */
import { classActivationMap, positivePart, weightedSum } from './class-activation-map.ts';

/** Map [H, W], never negative, stretched from the feature map's own grid. */
export const gradCamPlusPlus = classActivationMap({
  name: 'grad-cam-plus-plus',
  title: 'Grad-CAM++',
  citation: 'Chattopadhay, Sarkar, Howlader & Balasubramanian 2018, arXiv:1710.11063',
  notes: {
    formula: 'map = ReLU(Σ_c w_c A_c), w_c = Σ_p α_cp ReLU(g_cp), α = g² / (2 g² + g³ Σ A_c)',
    meaning:
      'How strongly feature maps that speak for the class respond at this place, places weighted apart.',
    weaknesses: [
      'Coarse, as Grad-CAM.',
      'The weights assume an exponential score; for other outputs they are a heuristic.',
      'Evidence against the class is cut off.',
    ],
  },
  signed: false,
  combine(activations, gradients, channels, positions) {
    const weights = Float64Array.from({ length: channels }, (_, c) => {
      const first = c * positions;
      let total = 0;
      for (let p = 0; p < positions; p++) total += activations[first + p]!;
      let weight = 0;
      for (let p = 0; p < positions; p++) {
        const slope = gradients[first + p]!;
        if (slope <= 0) continue;
        const denominator = 2 + slope * total;
        if (denominator !== 0) weight += slope / denominator;
      }
      return weight;
    });
    return positivePart(weightedSum(weights, activations, positions));
  },
});

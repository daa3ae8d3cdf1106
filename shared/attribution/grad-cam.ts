/**
 * Grad-CAM: ReLU(Σ_c w_c A_c), w_c the spatial mean of the gradient at feature map A_c.
 * Selvaraju et al. 2017, "Grad-CAM: visual explanations from deep networks", equations 1 and 2.
 */
import { classActivationMap, positivePart, weightedSum } from './class-activation-map.ts';

/** Map [H, W], never negative, stretched from the feature map's own grid. */
export const gradCam = classActivationMap({
  name: 'grad-cam',
  title: 'Grad-CAM',
  citation: 'Selvaraju et al. 2017, arXiv:1610.02391',
  notes: {
    formula: 'map = ReLU(Σ_c w_c A_c), w_c = mean over positions of ∂F/∂A_c',
    meaning: 'How strongly the last feature maps that speak for the class respond at this place.',
    weaknesses: [
      'Coarse: the grid of the last feature map, often 7×7, stretched over the image.',
      'Averaging the gradient can mark places the model did not use.',
      'Evidence against the class is cut off.',
    ],
  },
  signed: false,
  combine(activations, gradients, channels, positions) {
    const weights = Float64Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let p = 0; p < positions; p++) sum += gradients[c * positions + p]!;
      return sum / positions;
    });
    return positivePart(weightedSum(weights, activations, positions));
  },
});

/** Every figure by name: (laboratory, position of the slider) → what is shown. */
import type { Frame } from '../frame.ts';
import type { Lab } from '../lab.ts';
import { blurPath } from './blur-path.ts';
import { classActivation } from './class-activation.ts';
import { classPrototype } from './class-prototype.ts';
import { coalitions } from './coalitions.ts';
import { colorMaps } from './color-maps.ts';
import { completeness } from './completeness.ts';
import { controls } from './controls.ts';
import { convolution } from './convolution.ts';
import { darkLesion } from './dark-lesion.ts';
import { expectedGradients } from './expected-gradients.ts';
import { featureMaps } from './feature-maps.ts';
import { fullyConnected } from './fully-connected.ts';
import { gradientSlope } from './gradient-slope.ts';
import { guidedBackprop } from './guided-backprop.ts';
import { guidedPath } from './guided-path.ts';
import { idgiSteps } from './idgi-steps.ts';
import { igPath } from './ig-path.ts';
import { igSteps } from './ig-steps.ts';
import { inputTimesGradient } from './input-times-gradient.ts';
import { insertion } from './insertion.ts';
import { localExplanations } from './local-explanations.ts';
import { meanOverSet } from './mean-over-set.ts';
import { normalization } from './normalization.ts';
import { occlusionWindow } from './occlusion-window.ts';
import { randomizedWeights } from './randomized-weights.ts';
import { riseMasks } from './rise-masks.ts';
import { sanityCheck } from './sanity-check.ts';
import { smoothGrad } from './smooth-grad.ts';
import { softmax } from './softmax.ts';
import { wrongAnswers } from './wrong-answers.ts';
import { xraiRegions } from './xrai-regions.ts';

export type MakeFrame = (lab: Lab, value: number) => Promise<Frame>;

export const figures = {
  convolution,
  'feature-maps': featureMaps,
  'fully-connected': fullyConnected,
  softmax,
  'local-explanations': localExplanations,
  'mean-over-set': meanOverSet,
  'class-prototype': classPrototype,
  'gradient-slope': gradientSlope,
  'input-times-gradient': inputTimesGradient,
  'smooth-grad': smoothGrad,
  'guided-backprop': guidedBackprop,
  'ig-path': igPath,
  'ig-steps': igSteps,
  'guided-path': guidedPath,
  'blur-path': blurPath,
  'expected-gradients': expectedGradients,
  'idgi-steps': idgiSteps,
  'class-activation': classActivation,
  'xrai-regions': xraiRegions,
  'occlusion-window': occlusionWindow,
  'rise-masks': riseMasks,
  lime: coalitions('lime'),
  'kernel-shap': coalitions('kernel-shap'),
  'randomized-weights': randomizedWeights,
  'wrong-answers': wrongAnswers,
  'dark-lesion': darkLesion,
  normalization,
  'color-maps': colorMaps,
  insertion,
  controls,
  completeness,
  'sanity-check': sanityCheck,
} satisfies Record<string, MakeFrame>;

export type FigureName = keyof typeof figures;

/** Small options for each method, so the whole suite takes seconds; and what a linear model must give. */
export const quickOptions: Readonly<Record<string, Record<string, unknown>>> = {
  gradients: {},
  'input-x-gradient': {},
  'integrated-gradients': { steps: 7 },
  'guided-ig': { steps: 9 },
  'blur-ig': { steps: 9, maxSigma: 3 },
  'expected-gradients': { samples: 9 },
  idgi: { steps: 6 },
  'guided-backprop': {},
  occlusion: { size: 4, stride: 3 },
  'grad-cam': {},
  'grad-cam-plus-plus': {},
  'hires-cam': {},
  'score-cam': {},
  rise: { samples: 20 },
  lime: { samples: 20, scale: 50 },
  'kernel-shap': { samples: 20, scale: 50 },
  smoothgrad: { of: 'integrated-gradients', ofOptions: { steps: 3 }, samples: 5, seed: 3 },
  xrai: { ofOptions: { steps: 4 } },
};

/** On F = Σ w x with baseline 0: the gradient w, the share w·x, or a law tested beside the method itself. */
export const onLinearModel: Readonly<Record<string, 'gradient' | 'share' | 'own test'>> = {
  gradients: 'gradient',
  'input-x-gradient': 'share',
  'integrated-gradients': 'share',
  'guided-ig': 'share',
  'blur-ig': 'own test',
  'expected-gradients': 'own test',
  idgi: 'own test',
  'guided-backprop': 'gradient',
  occlusion: 'own test',
  'grad-cam': 'own test',
  'grad-cam-plus-plus': 'own test',
  'hires-cam': 'own test',
  'score-cam': 'own test',
  rise: 'own test',
  lime: 'own test',
  'kernel-shap': 'own test',
  smoothgrad: 'own test',
  xrai: 'own test',
};

/** Methods that may need fewer calls than declared, with the reason. */
export const mayNeedLess: Readonly<Record<string, string>> = {
  'score-cam': 'the number of channels is known when the model has run',
  'kernel-shap': 'with few segments every coalition is asked once',
};

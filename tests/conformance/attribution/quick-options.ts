/** Small options for each method, so the whole suite takes seconds; and what a linear model must give. */
export const quickOptions: Readonly<Record<string, Record<string, unknown>>> = {
  gradients: {},
  'input-x-gradient': {},
  'integrated-gradients': { steps: 7 },
  'guided-ig': { steps: 9 },
  'blur-ig': { steps: 9, maxSigma: 3 },
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
  smoothgrad: 'own test',
  xrai: 'own test',
};

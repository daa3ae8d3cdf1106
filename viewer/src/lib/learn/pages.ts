/** The Learn pages in reading order. */
export interface LearnPage {
  /** Folder below `learn/`; empty for the first. */
  readonly path: string;
  readonly title: string;
  readonly about: string;
}

export const learnPages = [
  { path: '', title: 'Learn', about: 'What this is, and where to begin.' },
  {
    path: 'network',
    title: 'What a network computes',
    about: 'From pixels to feature maps, to a sum, to a probability.',
  },
  {
    path: 'local-and-global',
    title: 'One image or the whole model',
    about: 'Local explanations, mean maps and images that a model draws itself.',
  },
  {
    path: 'gradients',
    title: 'Gradients',
    about: 'The slope of the score, times the input, averaged over noise, and guided.',
  },
  {
    path: 'paths',
    title: 'Paths',
    about: 'Integrated gradients and its relatives: five ways from nothing to the image.',
  },
  {
    path: 'places',
    title: 'Layers and regions',
    about: 'Grad-CAM and its kin look inside; XRAI gathers pixels into regions.',
  },
  {
    path: 'hiding',
    title: 'Hiding and showing',
    about: 'Occlusion, RISE, LIME and KernelSHAP ask what happens without a part.',
  },
  {
    path: 'limits',
    title: 'What a heat map does not tell',
    about: 'Five ways in which a convincing map misleads.',
  },
  {
    path: 'trust',
    title: 'How to read the trust checks',
    about: 'Insertion, deletion, controls, completeness and the randomization check.',
  },
] as const satisfies readonly LearnPage[];

export type LearnPath = (typeof learnPages)[number]['path'];

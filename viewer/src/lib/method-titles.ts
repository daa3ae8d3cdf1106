/** What methods are called in running text, and in which order a reader expects them. */
const titles: Readonly<Record<string, string>> = {
  'grad-cam': 'Grad-CAM',
  'grad-cam-plus-plus': 'Grad-CAM++',
  'hires-cam': 'HiResCAM',
  'score-cam': 'Score-CAM',
  'integrated-gradients': 'Integrated gradients',
  'guided-ig': 'Guided IG',
  'blur-ig': 'Blur IG',
  idgi: 'IDGI',
  'expected-gradients': 'Expected gradients',
  smoothgrad: 'SmoothGrad',
  xrai: 'XRAI',
  occlusion: 'Occlusion',
  rise: 'RISE',
  lime: 'LIME',
  'kernel-shap': 'KernelSHAP',
  'guided-backprop': 'Guided backpropagation',
  'input-x-gradient': 'Input × gradient',
  gradients: 'Gradients',
};

/** Names of the methods that have a title, in their order. */
export const titledMethods: readonly string[] = Object.keys(titles);

/** The method's title; an unknown name with its hyphens as spaces. */
export function methodTitle(name: string): string {
  return titles[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', ' ');
}

/** Sorts method names: known ones as above, others after them by name. */
export function byMethodOrder(a: string, b: string): number {
  const [i, j] = [titledMethods.indexOf(a), titledMethods.indexOf(b)];
  if (i === j) return a.localeCompare(b);
  return (i < 0 ? titledMethods.length : i) - (j < 0 ? titledMethods.length : j);
}

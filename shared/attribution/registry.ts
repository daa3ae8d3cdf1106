/** Every attribution method by its contract name. Adding a method is one file and one line here. */
import { PermanentFault } from '../errors.ts';
import { blurIg } from './blur-ig.ts';
import { expectedGradients } from './expected-gradients.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { gradients } from './gradients.ts';
import { guidedBackprop } from './guided-backprop.ts';
import { guidedIg } from './guided-ig.ts';
import { hiresCam } from './hires-cam.ts';
import { idgi } from './idgi.ts';
import { inputXGradient } from './input-x-gradient.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { kernelShap } from './kernel-shap.ts';
import { lime } from './lime.ts';
import type { Method } from './method.ts';
import { occlusion } from './occlusion.ts';
import { overBaselines } from './over-baselines.ts';
import { rise } from './rise.ts';
import { scoreCam } from './score-cam.ts';
import { smoothGradOver } from './smoothgrad.ts';
import { xraiOver } from './xrai.ts';

export { parseOptions } from './parse-options.ts';

/** One value per input element: what XRAI can sum over regions. */
const pixelMethods: readonly Method<unknown>[] = [
  gradients,
  overBaselines(inputXGradient),
  overBaselines(integratedGradients),
  overBaselines(guidedIg),
  blurIg,
  expectedGradients,
  overBaselines(idgi),
  guidedBackprop,
  occlusion,
];

/** One value per place or segment. */
const placeMethods: readonly Method<unknown>[] = [
  gradCam,
  gradCamPlusPlus,
  hiresCam,
  scoreCam,
  rise,
  lime,
  kernelShap,
];

const xrai = xraiOver(pixelMethods);

/** In the order in which they are listed to people. */
export const methods: readonly Method<unknown>[] = [
  ...pixelMethods,
  ...placeMethods,
  xrai,
  smoothGradOver([...pixelMethods, ...placeMethods, xrai]),
];

/** The method of that name. Throws PermanentFault (`method-unknown`) that lists the names there are. */
export function methodNamed(name: string): Method<unknown> {
  const found = methods.find((method) => method.name === name);
  if (found) return found;
  const names = methods.map((method) => method.name).join(', ');
  throw new PermanentFault(`attribution: expected one of ${names}, got ${name}`, {
    code: 'method-unknown',
    remedy: 'Choose a method from the list.',
  });
}

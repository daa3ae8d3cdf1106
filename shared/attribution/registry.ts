/** Every attribution method by its contract name. Adding a method is one file and one line here. */
import { PermanentFault } from '../errors.ts';
import { blurIg } from './blur-ig.ts';
import { gradients } from './gradients.ts';
import { guidedIg } from './guided-ig.ts';
import { inputXGradient } from './input-x-gradient.ts';
import { integratedGradients } from './integrated-gradients.ts';
import type { Method } from './method.ts';
import { smoothGradOver } from './smoothgrad.ts';
import { xraiOver } from './xrai.ts';

export { parseOptions } from './parse-options.ts';

const bases: readonly Method<unknown>[] = [gradients, inputXGradient, integratedGradients, guidedIg, blurIg];

/** In the order in which they are listed to people. */
export const methods: readonly Method<unknown>[] = [...bases, smoothGradOver(bases), xraiOver(bases)];

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

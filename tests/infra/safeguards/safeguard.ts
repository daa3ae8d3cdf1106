/** One protection of the deployment: how to see that it is there, and the ways it could get lost. */
import type { Templates } from '../support/templates.ts';

export interface Safeguard {
  readonly name: string;
  /** What is wrong, one line each; nothing where the protection is in place. */
  readonly check: (templates: Templates) => string[];
  /** Each removes the protection from one place; `check` must notice every one. */
  readonly breakages: Readonly<Record<string, (templates: Templates) => void>>;
}

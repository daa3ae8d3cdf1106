/** An output of the command line that says nothing. */
import type { Output } from '../../../functions/cli/output.ts';

export const silent: Output = {
  json: true,
  result: () => {},
  note: () => {},
  failure: () => {},
  progress: () => ({ set: () => {}, done: () => {} }),
};

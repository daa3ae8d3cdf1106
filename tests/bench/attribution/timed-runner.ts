/** A runner that adds up the time its sessions run: what a method spends in the engine. */
import type { Runner } from '../../../shared/runtime/runner.ts';

export interface Stopwatch {
  seconds(): number;
  reset(): void;
}

export function timedRunner(runner: Runner): { readonly runner: Runner; readonly stopwatch: Stopwatch } {
  let total = 0;
  const load: Runner['load'] = async (model) => {
    const session = await runner.load(model);
    return {
      ...session,
      async run(feeds) {
        const begin = performance.now();
        const results = await session.run(feeds);
        total += performance.now() - begin;
        return results;
      },
    };
  };
  const stopwatch = {
    seconds: () => total / 1000,
    reset: () => {
      total = 0;
    },
  };
  return { runner: { ...runner, load }, stopwatch };
}

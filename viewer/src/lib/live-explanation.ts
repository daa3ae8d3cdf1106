/**
 * Keeps an answer up to date with an input that is being changed: scores and the quick methods as often as they
 * can be had, always of the newest input; the slow ones once it has rested. What is out of date is cancelled.
 */
import type { Plan } from '../../../shared/manifest/plan.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import type { ExplainedMethod } from '../engine/calls.ts';
import type { Engine } from '../engine/engine.ts';
import { isCancelled } from './failure-of.ts';

export interface LiveEvents {
  readonly scores: (scores: readonly number[]) => void;
  readonly explained: (explained: ExplainedMethod) => void;
  /** Slow methods are out of date until they have been explained again. */
  readonly stale: (methods: readonly string[]) => void;
  readonly failed: (error: unknown) => void;
}

export interface LiveExplanation {
  /** Call it after every change of `input`, which is read again each time. */
  changed(): void;
  /** Explains the input as it is now by a method that is too slow to follow; a change cancels it. */
  request(method: string): void;
  stop(): void;
}

/** Milliseconds without a change after which the slow methods run. */
const rest = 300;

export function liveExplanation(
  engine: Engine,
  {
    plan,
    input,
    quick,
    slow,
  }: {
    readonly plan: Plan;
    readonly input: Tensor32;
    readonly quick: readonly string[];
    readonly slow: readonly string[];
  },
  events: LiveEvents,
): LiveExplanation {
  let dirty = false;
  let running = false;
  let stopped = false;
  let slowly = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const guarded = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!stopped && !isCancelled(error)) events.failed(error);
    }
  };
  const explain = async (method: string, signal?: AbortSignal) => {
    const explained = await engine.call('explain', { plan, method, input }, { signal });
    if (!stopped && !signal?.aborted) events.explained(explained);
  };
  const follow = () =>
    guarded(async () => {
      running = true;
      try {
        while (dirty && !stopped) {
          dirty = false;
          const scores = await engine.call('scores', { input });
          if (!stopped) events.scores(scores);
          for (const method of quick) await explain(method);
        }
      } finally {
        running = false;
      }
    });
  const settle = () =>
    guarded(async () => {
      const { signal } = slowly;
      for (const method of slow) await explain(method, signal);
    });
  return {
    changed() {
      dirty = true;
      slowly.abort();
      slowly = new AbortController();
      clearTimeout(timer);
      timer = setTimeout(settle, rest);
      events.stale(slow);
      if (!running) void follow();
    },
    request(method) {
      const { signal } = slowly;
      void guarded(() => explain(method, signal));
    },
    stop() {
      stopped = true;
      slowly.abort();
      clearTimeout(timer);
    },
  };
}

/** Wakes long polls: whoever changes what a queue can hand out rings, whoever waits looks again. */
export class Arrivals {
  readonly #waiting = new Map<string, Set<() => void>>();

  ring(queue: string): void {
    for (const wake of this.#waiting.get(queue) ?? []) wake();
  }

  ringAll(): void {
    for (const queue of this.#waiting.keys()) this.ring(queue);
  }

  /** Resolves at the next ring, after `milliseconds`, or when `signal` aborts, whichever is first. */
  wait(queue: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(queue) ?? new Set();
      this.#waiting.set(queue, waiting);
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(queue);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', wake);
      waiting.add(wake);
    });
  }
}

/** How long a message that failed waits before it is delivered again: base · 2^(receive count), at most `mostSeconds`. */
export interface RetryDelay {
  readonly baseSeconds: number;
  readonly mostSeconds: number;
  /** Up to this part of the delay is taken off at random, so that what failed together does not come back together. */
  readonly jitter?: number;
  /** Evenly from 0 to 1. */
  readonly random?: () => number;
}

/** Whole seconds, as SQS takes them. `receiveCount` is 1 for the first delivery. */
export function retryDelay(
  receiveCount: number,
  { baseSeconds, mostSeconds, jitter = 0, random = Math.random }: RetryDelay,
): number {
  const delay = Math.min(mostSeconds, baseSeconds * 2 ** receiveCount);
  return Math.floor(delay * (1 - jitter * random()));
}

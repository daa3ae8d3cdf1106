/**
 * How many GPU workers a backlog needs: N = ceil(backlog × mean seconds / target seconds), at most `most`.
 *
 * A worker drains the queue until it stays empty, so a job is a worker and not a task; those already starting
 * or running count.
 */
export interface Backlog {
  /** Messages waiting or being worked on. */
  readonly messages: number;
  /** Mean time of one task on one GPU, in seconds. */
  readonly meanSeconds: number;
  /** Time in which the backlog should be worked off, in seconds. */
  readonly targetSeconds: number;
  readonly most: number;
}

export function workersNeeded({ messages, meanSeconds, targetSeconds, most }: Backlog): number {
  return Math.min(most, Math.ceil((messages * meanSeconds) / targetSeconds));
}

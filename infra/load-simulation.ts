/**
 * A day of a hospital's load on the lanes: arrivals by the hour, a cpu lane that starts functions for the tasks that
 * wait (cold ones first boot), and a gpu lane whose dispatcher starts workers every minute
 * (functions/dispatch/workers-needed.ts). Discrete in seconds, seeded: the same options give the same day.
 *
 *   tasks a second ~ Poisson(images a day × share of the hour × methods / 3600), and bursts of whole studies
 *
 * `node infra/load-simulation.ts` writes the plot beside infra/README.md and prints its table.
 */
import { workersNeeded } from '../functions/dispatch/workers-needed.ts';

export interface LaneLoad {
  readonly imagesPerDay: number;
  /** Images that arrive in the same second, as a study does. */
  readonly studyImages: number;
  readonly methods: number;
  readonly taskSeconds: number;
  readonly seed: number;
}

export interface CpuLane {
  readonly kind: 'cpu';
  readonly concurrency: number;
  readonly coldStartSeconds: number;
  /** A function without work for so long is taken away. */
  readonly keptSeconds: number;
}

export interface GpuLane {
  readonly kind: 'gpu';
  readonly most: number;
  readonly targetSeconds: number;
  /** From a submitted job to its first task: instance, image, model. */
  readonly startSeconds: number;
  readonly idleSeconds: number;
}

export interface Day {
  /** One entry a minute: tasks waiting, workers there (working or idle), workers starting. */
  readonly minutes: readonly {
    readonly waiting: number;
    readonly workers: number;
    readonly starting: number;
  }[];
  readonly tasks: number;
  readonly done: number;
  readonly starts: number;
  /** Seconds from arrival to the end of the task. */
  readonly wait: { readonly median: number; readonly p95: number; readonly longest: number };
  readonly workerHours: number;
}

/** Share of a day's studies by hour: a radiology department's, low at night, two peaks around noon. */
export const hourShares: readonly number[] = [
  1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 13, 11, 9, 11, 12, 11, 8, 5, 4, 3, 3, 2, 2, 1,
];
const daySeconds = 86_400;
const dispatchEvery = 60;

interface Worker {
  readyAt: number;
  freeAt: number;
  idleSince: number;
}

export function simulateDay(load: LaneLoad, lane: CpuLane | GpuLane): Day {
  const random = mulberry32(load.seed);
  const arrivals = arrivalsOf(load, random);
  const waiting: number[] = [];
  const waits: number[] = [];
  const minutes: Day['minutes'][number][] = [];
  let workers: Worker[] = [];
  let [next, head, starts, workerSeconds] = [0, 0, 0, 0];
  for (let second = 0; second < daySeconds * 2; second += 1) {
    for (; next < arrivals.length && arrivals[next]! <= second; next += 1) waiting.push(arrivals[next]!);
    const backlog = waiting.length - head;
    if (second >= daySeconds && backlog === 0) break;
    const started = toStart(lane, load, workers, backlog, second);
    const readyAt = second + (lane.kind === 'cpu' ? lane.coldStartSeconds : lane.startSeconds);
    for (let index = 0; index < started; index += 1)
      workers.push({ readyAt, freeAt: readyAt, idleSince: readyAt });
    starts += started;
    for (const worker of workers) {
      if (worker.freeAt > second || head === waiting.length) continue;
      const took = load.taskSeconds * (0.5 + random());
      worker.freeAt = second + took;
      worker.idleSince = worker.freeAt;
      waits.push(worker.freeAt - waiting[head]!);
      head += 1;
    }
    const kept = lane.kind === 'cpu' ? lane.keptSeconds : lane.idleSeconds;
    workers = workers.filter(({ idleSince }) => second - idleSince < kept);
    workerSeconds += workers.length;
    if (second % 60 === 0 && second < daySeconds) {
      const starting = workers.filter((worker) => worker.readyAt > second).length;
      minutes.push({ waiting: waiting.length - head, workers: workers.length - starting, starting });
    }
  }
  return {
    minutes,
    tasks: arrivals.length,
    done: head,
    starts,
    wait: summary(waits),
    workerHours: workerSeconds / 3600,
  };
}

/** Lambda starts one for each task that finds none free; the dispatcher starts what the backlog needs. */
function toStart(
  lane: CpuLane | GpuLane,
  { taskSeconds }: LaneLoad,
  workers: readonly Worker[],
  backlog: number,
  second: number,
): number {
  if (lane.kind === 'cpu') {
    const free = workers.filter(({ freeAt, readyAt }) => freeAt <= second || readyAt > second).length;
    return Math.max(0, Math.min(backlog - free, lane.concurrency - workers.length));
  }
  if (second % dispatchEvery !== 0) return 0;
  const working = workers.filter(({ freeAt, readyAt }) => freeAt > second && readyAt <= second).length;
  const { targetSeconds, most } = lane;
  const needed = workersNeeded({
    messages: backlog + working,
    meanSeconds: taskSeconds,
    targetSeconds,
    most,
  });
  return Math.max(0, needed - workers.length);
}

function arrivalsOf({ imagesPerDay, studyImages, methods }: LaneLoad, random: () => number): number[] {
  const total = hourShares.reduce((sum, share) => sum + share, 0);
  const arrivals: number[] = [];
  for (const [hour, share] of hourShares.entries()) {
    const perSecond = ((imagesPerDay / studyImages) * share) / total / 3600;
    for (let second = hour * 3600; second < (hour + 1) * 3600; second += 1) {
      const tasks = poisson(perSecond, random) * studyImages * methods;
      for (let index = 0; index < tasks; index += 1) arrivals.push(second);
    }
  }
  return arrivals;
}

/** Knuth 1969, §3.4.1; for the small means there are here. */
function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

function summary(waits: readonly number[]): Day['wait'] {
  const sorted = Float64Array.from(waits).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95), longest: sorted.at(-1) ?? 0 };
}

/** The mulberry32 generator (T. Ettinger, public domain): uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

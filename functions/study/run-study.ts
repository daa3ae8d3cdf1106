/**
 * Runs a study's missing jobs on this machine, one process a core. The longest jobs start first, so that no core waits
 * for a long one at the end; the time left follows from the work done so far, counted in training FLOPs.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StudyPlan } from '../../shared/manifest/study.ts';
import type { StudyData } from '../../shared/manifest/study-data.ts';
import type { StudyResult } from '../../shared/manifest/study-result.ts';
import { jobCost } from '../../shared/study/job-cost.ts';
import type { JobReport, JobRequest } from './job-process.ts';
import { isFinished } from './run-job.ts';

export interface StudyProgress {
  /** Jobs finished, those of earlier runs included. */
  readonly done: number;
  readonly total: number;
  /** Share of the work of this run. */
  readonly fraction: number;
  /** Null until there is something to judge by. */
  readonly secondsLeft: number | null;
}

export interface RunStudyOptions {
  readonly folder: string;
  readonly data: StudyData;
  readonly processes: number;
  readonly onProgress?: (progress: StudyProgress) => void;
  readonly onEpoch?: (entry: Entry, epoch: StudyResult['epochs'][number]) => void;
  readonly onResult?: (result: StudyResult) => void;
  readonly onFailure?: (entry: Entry, failure: Failure) => void;
}

type Entry = StudyPlan['jobs'][number];
type Failure = Extract<JobReport, { kind: 'failed' }>;

export interface StudyOutcome {
  readonly computed: number;
  readonly reused: number;
  readonly failed: number;
}

export async function runStudy(plan: StudyPlan, options: RunStudyOptions): Promise<StudyOutcome> {
  const { folder, data, processes } = options;
  const finished = await Promise.all(plan.jobs.map(({ key }) => isFinished(folder, key)));
  const missing = plan.jobs.filter((_, index) => !finished[index]);
  const costs = new Map(missing.map((entry) => [entry, jobCost(entry.job, data)]));
  const queue = missing.toSorted((a, b) => costs.get(b)! - costs.get(a)!);
  const reused = plan.jobs.length - missing.length;
  const meter = new Meter(costs, plan.jobs.length, reused, options.onProgress);
  let failed = 0;
  const lane = async (): Promise<void> => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      const current = entry;
      const report = await inProcess(requestOf(current, plan, folder), (told) => {
        if (told.kind === 'progress') meter.set(current, told.fraction);
        if (told.kind === 'epoch') options.onEpoch?.(current, told.epoch);
      });
      if (report.kind === 'done') options.onResult?.(report.result);
      else {
        failed++;
        options.onFailure?.(current, report);
      }
      meter.finish(current);
    }
  };
  await Promise.all(Array.from({ length: Math.min(processes, queue.length) }, lane));
  return { computed: missing.length - failed, reused, failed };
}

const requestOf = ({ key, job }: Entry, { dataDigest }: StudyPlan, folder: string): JobRequest => ({
  key,
  job,
  folder,
  dataDigest,
  threads: 1,
});

type Last = Extract<JobReport, { kind: 'done' | 'failed' }>;

/** A process per job: what one job left in memory is gone with it, and one that dies takes no other along. */
function inProcess(request: JobRequest, onReport: (report: JobReport) => void): Promise<Last> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./job-process.ts', import.meta.url)));
  return new Promise((resolve) => {
    let last: Last | undefined;
    child.on('message', (report: JobReport) => {
      if (report.kind === 'done' || report.kind === 'failed') {
        last = report;
        child.disconnect();
      } else onReport(report);
    });
    child.on('exit', (code, signal) => {
      const message = `study: expected the job to finish, got the end of its process (${signal ?? code})`;
      resolve(
        last ?? {
          kind: 'failed',
          code: 'study-process-died',
          message,
          remedy: 'Run the study again: it goes on from the last epoch.',
        },
      );
    });
    child.send(request);
  });
}

/** Progress over all jobs, weighted by their cost. */
class Meter {
  readonly #costs: ReadonlyMap<Entry, number>;
  readonly #fractions = new Map<Entry, number>();
  readonly #jobs: number;
  readonly #report: RunStudyOptions['onProgress'];
  readonly #began = performance.now();
  #done: number;

  constructor(
    costs: ReadonlyMap<Entry, number>,
    jobs: number,
    done: number,
    report: RunStudyOptions['onProgress'],
  ) {
    this.#costs = costs;
    this.#jobs = jobs;
    this.#done = done;
    this.#report = report;
  }

  set(entry: Entry, fraction: number): void {
    this.#fractions.set(entry, fraction);
    this.#tell();
  }

  finish(entry: Entry): void {
    this.#done++;
    this.set(entry, 1);
  }

  #tell(): void {
    let [done, total] = [0, 0];
    for (const [entry, cost] of this.#costs) {
      total += cost;
      done += cost * (this.#fractions.get(entry) ?? 0);
    }
    const fraction = total > 0 ? done / total : 1;
    const seconds = (performance.now() - this.#began) / 1000;
    const secondsLeft = fraction > 0.005 ? (seconds * (1 - fraction)) / fraction : null;
    this.#report?.({ done: this.#done, total: this.#jobs, fraction, secondsLeft });
  }
}

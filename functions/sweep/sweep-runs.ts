/**
 * Repairs what a crash can leave behind, from the `pending/` marks alone: a plan whose tasks were not all
 * sent, markers without a manifest, and runs that have waited past their deadline.
 *
 * Twenty runs at a time, each on its own: one that cannot be read stops no other. Past the deadline every mark goes, with
 * a manifest where one can be written. Where the time does not suffice for all, the rest is left to later sweeps,
 * which start elsewhere.
 */
import { CxaiError, TransientFault } from '../../shared/errors.ts';
import { pendingKey, pendingPrefix, sentKey } from '../../shared/manifest/keys.ts';
import { finishRun } from '../common/finish-run.ts';
import { log } from '../common/log.ts';
import { missingMethods, readPlan } from '../common/run-progress.ts';
import { sendTasks } from '../common/send-tasks.ts';
import type { Services } from '../common/services.ts';
import { endFailed } from '../explain/end-failed.ts';

export interface SweepReport {
  /** Marks there are. */
  readonly pending: number;
  readonly finished: number;
  readonly resent: number;
  /** Ended past the deadline. */
  readonly expired: number;
  /** Could not be repaired this time; the log has their ids. */
  readonly failed: number;
  /** Not looked at: the time was up. */
  readonly left: number;
}

/** Younger runs are left alone: their workers are most likely still at it. */
const graceSeconds = 60;
const atATime = 20;

interface Pending {
  readonly runId: string;
  readonly ageSeconds: number;
}

/** No run is begun after `withinSeconds`. */
export async function sweepRuns(services: Services, withinSeconds: number): Promise<SweepReport> {
  const until = performance.now() + 1000 * withinSeconds;
  const now = services.now().getTime();
  const report = { pending: 0, finished: 0, resent: 0, expired: 0, failed: 0, left: 0 };
  const due: Pending[] = [];
  for await (const { key, modified } of services.results.list(pendingPrefix)) {
    report.pending += 1;
    const ageSeconds = (now - modified.getTime()) / 1000;
    if (ageSeconds >= graceSeconds) due.push({ runId: key.slice(pendingPrefix.length), ageSeconds });
  }
  // One iterator for all: each takes the next run that nobody has taken.
  const waiting = rotated(due, now / 1000).values();
  const sweepOn = async (): Promise<void> => {
    for (const run of waiting) {
      if (performance.now() >= until) {
        report.left += 1;
        continue;
      }
      const repaired = await sweepOrLog(services, run);
      if (repaired) report[repaired] += 1;
    }
  };
  await Promise.all(Array.from({ length: atATime }, sweepOn));
  return report;
}

/**
 * The list from another place every minute, steps of the golden section: wherever sweeps are cut short, every run comes
 * first now and then.
 */
export function rotated<T>(items: readonly T[], seconds: number): T[] {
  const start = Math.floor(items.length * ((Math.floor(seconds / 60) * 0.6180339887) % 1));
  return [...items.slice(start), ...items.slice(0, start)];
}

type Repaired = 'finished' | 'resent' | 'expired';

async function sweepOrLog(services: Services, run: Pending): Promise<Repaired | 'failed' | undefined> {
  const expired = run.ageSeconds > services.environment.CXAI_RUN_DEADLINE_SECONDS;
  try {
    return await sweepRun(services, run.runId, expired);
  } catch (error) {
    const code = error instanceof CxaiError ? error.code : 'internal';
    log.error('run not swept', { runId: run.runId, code, expired });
    if (!expired || error instanceof TransientFault) return 'failed';
  }
  try {
    await services.results.remove(pendingKey(run.runId));
    return 'expired';
  } catch {
    return 'failed';
  }
}

async function sweepRun(services: Services, runId: string, expired: boolean): Promise<Repaired | undefined> {
  const { results } = services;
  const plan = await readPlan(results, runId);
  if (!plan) {
    if (!expired) return undefined;
    await results.remove(pendingKey(runId));
    return 'expired';
  }
  if ((await finishRun(services, plan)) === 'finished') return 'finished';
  if (expired) {
    for (const method of await missingMethods(results, plan)) {
      await endFailed(services, { runId, method }, pastDeadline(method), 1);
    }
    return 'expired';
  }
  if ((await results.size(sentKey(runId))) !== undefined) return undefined;
  await sendTasks(services, plan);
  return 'resent';
}

const pastDeadline = (method: string) => ({
  code: 'deadline-passed',
  message: `${method}: expected an answer before the run's deadline, got none`,
  remedy: 'Look at the lane’s queue and its dead letters, then run the method again.',
  permanent: false,
});

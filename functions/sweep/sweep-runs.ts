/**
 * Repairs what a crash can leave behind, from the `pending/` marks alone: a plan whose tasks were not all
 * sent, markers without a manifest, and runs that have waited past their deadline.
 */
import { pendingPrefix, sentKey } from '../../shared/manifest/keys.ts';
import { finishRun } from '../common/finish-run.ts';
import { missingMethods, readPlan } from '../common/run-progress.ts';
import { sendTasks } from '../common/send-tasks.ts';
import type { Services } from '../common/services.ts';
import { endFailed } from '../explain/end-failed.ts';

export interface SweepReport {
  readonly pending: number;
  readonly finished: number;
  readonly resent: number;
  readonly expired: number;
}

/** Younger runs are left alone: their workers are most likely still at it. */
const graceSeconds = 60;

export async function sweepRuns(services: Services): Promise<SweepReport> {
  const report = { pending: 0, finished: 0, resent: 0, expired: 0 };
  for await (const { key, modified } of services.results.list(pendingPrefix)) {
    report.pending += 1;
    const ageSeconds = (services.now().getTime() - modified.getTime()) / 1000;
    if (ageSeconds < graceSeconds) continue;
    const repaired = await sweepRun(services, key.slice(pendingPrefix.length), ageSeconds);
    if (repaired) report[repaired] += 1;
  }
  return report;
}

async function sweepRun(
  services: Services,
  runId: string,
  ageSeconds: number,
): Promise<'finished' | 'resent' | 'expired' | undefined> {
  const { results, environment } = services;
  const plan = await readPlan(results, runId);
  const expired = ageSeconds > environment.CXAI_RUN_DEADLINE_SECONDS;
  if (!plan) {
    if (!expired) return undefined;
    await results.remove(`${pendingPrefix}${runId}`);
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

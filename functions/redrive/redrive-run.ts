/**
 * Runs failed methods of a finished run again. In this order, since the command may die between any two lines:
 *
 *   pending mark (only whoever writes it goes on) · `sent` mark off · manifest off · failed markers off · tasks · `sent`
 *
 * Whatever is left behind is what the sweeper repairs: markers without a manifest get it back, a plan without
 * `sent` gets its tasks. A method that succeeded keeps its result and is not computed again.
 */
import { PermanentFault } from '../../shared/errors.ts';
import {
  lastFaultName,
  manifestKey,
  pendingKey,
  resultName,
  runKey,
  sentKey,
} from '../../shared/manifest/keys.ts';
import { type ExplainedManifest, type Manifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { methodResultSchema } from '../../shared/manifest/method-result.ts';
import type { Plan } from '../../shared/manifest/plan.ts';
import { readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';
import { readPlan } from '../common/run-progress.ts';
import { sendTasks } from '../common/send-tasks.ts';
import type { TaskQueue } from '../common/task-queue.ts';

export interface RedriveServices {
  readonly results: ObjectStore;
  readonly tasks: TaskQueue;
}

export interface Redriven {
  readonly runId: string;
  readonly methods: readonly string[];
}

/** `chosen` names failed methods; all of them where undefined. Throws PermanentFault where there is nothing to do. */
export async function redriveRun(
  services: RedriveServices,
  runId: string,
  chosen?: readonly string[],
): Promise<Redriven> {
  const { results } = services;
  const plan = await readPlan(results, runId);
  if (!plan) throw unknownRun(runId);
  chosenMethods(await finishedManifest(results, runId), chosen);
  if ((await results.writeOnce(pendingKey(runId), '', 'text/plain')) === 'exists') throw underWay(runId);
  // Read again: another redrive may have ended between the first look and the mark.
  const manifest = (await readJson(results, manifestKey(runId), manifestSchema))?.value;
  const methods = manifest?.status === 'rejected' || !manifest ? [] : failedMethods(manifest);
  const again = methods.filter((method) => chosen?.includes(method) ?? true);
  if (again.length === 0) {
    await results.remove(pendingKey(runId));
    throw underWay(runId);
  }
  await results.remove(sentKey(runId));
  await results.remove(manifestKey(runId));
  for (const method of again) await removeFailure(results, plan, method);
  const tasks = plan.methods.filter(({ method }) => again.includes(method));
  await sendTasks(services, { ...plan, methods: tasks });
  return { runId, methods: again };
}

export const failedMethods = (manifest: ExplainedManifest): string[] =>
  manifest.methods.filter(({ status }) => status === 'failed').map(({ method }) => method);

/** The manifest of a run whose methods can be run again. Throws PermanentFault where there is none. */
export async function finishedManifest(results: ObjectStore, runId: string): Promise<ExplainedManifest> {
  const manifest: Manifest | undefined = (await readJson(results, manifestKey(runId), manifestSchema))?.value;
  if (!manifest) throw (await readPlan(results, runId)) ? underWay(runId) : unknownRun(runId);
  if (manifest.status !== 'rejected') return manifest;
  throw new PermanentFault(`redrive: expected a run with methods, got the rejected file ${runId}`, {
    code: 'run-rejected',
    remedy: 'Drop the file again, once what it was rejected for is mended.',
  });
}

function chosenMethods(manifest: ExplainedManifest, chosen: readonly string[] | undefined): void {
  const failed = failedMethods(manifest);
  const wrong = chosen?.filter((method) => !failed.includes(method)) ?? [];
  if (failed.length > 0 && wrong.length === 0) return;
  throw new PermanentFault(
    `redrive: expected failed methods of run ${manifest.runId} (${failed.join(', ') || 'none'}), got ${wrong.join(', ') || 'none'}`,
    { code: 'nothing-to-redrive', remedy: 'List what failed: cxai redrive --list.' },
  );
}

/** Only a *failed* marker goes; a result that came in meanwhile stays. */
async function removeFailure(results: ObjectStore, { runId }: Plan, method: string): Promise<void> {
  const key = runKey(runId, resultName(method));
  if ((await readJson(results, key, methodResultSchema))?.value.status === 'failed')
    await results.remove(key);
  await results.remove(runKey(runId, lastFaultName(method)));
}

const unknownRun = (runId: string): PermanentFault =>
  new PermanentFault(`redrive: expected a run, got none with id ${runId}`, {
    code: 'run-unknown',
    remedy: 'List what failed: cxai redrive --list.',
  });

const underWay = (runId: string): PermanentFault =>
  new PermanentFault(`redrive: expected a finished run, got ${runId}, which is under way`, {
    code: 'run-under-way',
    remedy: 'Wait for it (cxai show RUN); what a crash left behind is repaired within minutes.',
  });

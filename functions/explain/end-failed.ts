/**
 * A method that failed for good gets a *failed* marker, so that its run ends `partial` or `failed`, never hung;
 * a fault that may pass is noted, so that the dead-letter consumer can say why the method was given up.
 * Where the run itself cannot be read or finished, another try would end the same: that is logged and left to the
 * sweeper, which ends the run past its deadline.
 */
import { CxaiError } from '../../shared/errors.ts';
import { lastFaultName, runKey } from '../../shared/manifest/keys.ts';
import { type Fault, faultSchema } from '../../shared/manifest/method-result.ts';
import type { Task } from '../../shared/manifest/task.ts';
import { failedResult } from '../../shared/pipeline/run-method.ts';
import { finishRun } from '../common/finish-run.ts';
import { jsonType, readJson, unlessUnreadable } from '../common/json-object.ts';
import { log } from '../common/log.ts';
import { readPlan, writeResult } from '../common/run-progress.ts';
import type { Services } from '../common/services.ts';

export async function endFailed(
  services: Services,
  { runId, method }: Pick<Task, 'runId' | 'method'>,
  error: Fault,
  attempts: number,
): Promise<void> {
  const plan = await readPlan(services.results, runId);
  if (!plan?.methods.some((planned) => planned.method === method)) return;
  await writeResult(services.results, failedResult(plan, method, error, attempts));
  await finishRun(services, plan);
}

/** As `endFailed`; a permanent fault of ending it is logged instead of thrown. */
export async function endFailedOrLog(
  services: Services,
  task: Pick<Task, 'runId' | 'method'>,
  error: Fault,
  attempts: number,
): Promise<void> {
  try {
    await endFailed(services, task, error, attempts);
  } catch (fault) {
    if (!(fault instanceof CxaiError && fault.permanent)) throw fault;
    log.error('run cannot be ended: message dropped', {
      runId: task.runId,
      method: task.method,
      code: fault.code,
    });
  }
}

export async function noteFault(services: Services, task: Task, fault: Fault): Promise<void> {
  await services.results.write(
    runKey(task.runId, lastFaultName(task.method)),
    JSON.stringify(fault),
    jsonType,
  );
}

/** Undefined where none was noted, or a version that this one cannot read. */
export async function notedFault(services: Services, task: Task): Promise<Fault | undefined> {
  const key = runKey(task.runId, lastFaultName(task.method));
  return (await readJson(services.results, key, faultSchema).catch(unlessUnreadable(undefined)))?.value;
}

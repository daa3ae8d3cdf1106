/**
 * A method that failed for good gets a *failed* marker, so that its run ends `partial` or `failed`, never hung;
 * a fault that may pass is noted, so that the dead-letter consumer can say why the method was given up.
 */
import { lastFaultName, runKey } from '../../shared/manifest/keys.ts';
import { type Fault, faultSchema } from '../../shared/manifest/method-result.ts';
import type { Task } from '../../shared/manifest/task.ts';
import { failedResult } from '../../shared/pipeline/run-method.ts';
import { finishRun } from '../common/finish-run.ts';
import { jsonType, readJson } from '../common/json-object.ts';
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

export async function noteFault(services: Services, task: Task, fault: Fault): Promise<void> {
  await services.results.write(
    runKey(task.runId, lastFaultName(task.method)),
    JSON.stringify(fault),
    jsonType,
  );
}

export async function notedFault(services: Services, task: Task): Promise<Fault | undefined> {
  return (await readJson(services.results, runKey(task.runId, lastFaultName(task.method)), faultSchema))
    ?.value;
}

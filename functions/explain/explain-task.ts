/**
 * Explain: one method of one run. The map is written before its marker, every object once; a duplicate
 * message finds the marker and only makes sure that the run is finished.
 */
import { PermanentFault } from '../../shared/errors.ts';
import { inputName, mapName, previewName, runKey } from '../../shared/manifest/keys.ts';
import type { MethodResult } from '../../shared/manifest/method-result.ts';
import type { Plan } from '../../shared/manifest/plan.ts';
import type { Task } from '../../shared/manifest/task.ts';
import type { TrustMetrics } from '../../shared/manifest/trust-metrics.ts';
import { type MeasuredSubject, mapMeasurement } from '../../shared/pipeline/measure-map.ts';
import { type MethodRun, runMethod, succeededResult } from '../../shared/pipeline/run-method.ts';
import { renderMap } from '../../shared/render/render-map.ts';
import { readNpy, writeNpy } from '../../shared/tensor/npy.ts';
import type { Tensor32 } from '../../shared/tensor/tensor.ts';
import { encodePng } from '../common/encode-png.ts';
import { finishRun } from '../common/finish-run.ts';
import { hasResult, readPlan, writeResult } from '../common/run-progress.ts';
import type { Services } from '../common/services.ts';
import { webpBytes } from '../common/webp-bytes.ts';

export type ExplainOutcome =
  | { readonly status: 'explained'; readonly gradients: number | undefined }
  | { readonly status: 'already explained' };

export async function explainTask(services: Services, task: Task, attempts: number): Promise<ExplainOutcome> {
  const plan = await readPlan(services.results, task.runId);
  if (!plan) {
    throw new PermanentFault(`task: expected a plan of run ${task.runId}, got none`, {
      code: 'plan-missing',
    });
  }
  const done = await hasResult(services.results, task.runId, task.method);
  const result = done ? null : await explain(services, plan, task.method, attempts);
  if (result) await writeResult(services.results, result);
  await finishRun(services, plan);
  if (!result) return { status: 'already explained' };
  return { status: 'explained', gradients: result.status === 'complete' ? result.gradients : undefined };
}

async function explain(
  services: Services,
  plan: Plan,
  name: string,
  attempts: number,
): Promise<MethodResult> {
  const { results, models } = services;
  const started = performance.now();
  const card = await models.card(plan.model.id);
  const classifier = await models.classifier({ ...card, digest: plan.model.digest });
  const input = await readInput(services, plan.runId);
  const subject = { classifier, card, input };
  const run = await runMethod(plan, name, { ...subject, runner: models.runner });
  const milliseconds = performance.now() - started;
  const metrics = await measured(services, plan, subject, name, run);
  const preview = await encodePng(renderMap(run.map, run.signed));
  await Promise.all([
    results.writeOnce(runKey(plan.runId, mapName(name)), writeNpy(run.map), 'application/octet-stream'),
    results.writeOnce(runKey(plan.runId, previewName(name)), preview, 'image/png'),
  ]);
  return succeededResult(plan, name, run, { attempts, milliseconds, runner: models.runner, metrics });
}

/** The trust metrics that the plan asks for; the sanity check opens randomized twins of the model for the time. */
async function measured(
  { models }: Services,
  plan: Plan,
  subject: MeasuredSubject,
  name: string,
  run: MethodRun,
): Promise<TrustMetrics> {
  if (plan.metrics !== 'full') return mapMeasurement(plan, subject, webpBytes)(name, run);
  const twins = await models.randomized(subject.card, plan.provenance.seed);
  try {
    const sanity = { subject: { ...subject, runner: models.runner }, models: twins };
    return await mapMeasurement(plan, { ...subject, sanity }, webpBytes)(name, run);
  } finally {
    await twins.release();
  }
}

async function readInput(services: Services, runId: string): Promise<Tensor32> {
  const object = await services.results.read(runKey(runId, inputName));
  const array = object ? readNpy(object.bytes) : undefined;
  if (!array || !(array.data instanceof Float32Array)) {
    throw new PermanentFault(
      `run ${runId}: expected a float32 input, got ${array ? 'another type' : 'none'}`,
      {
        code: 'input-missing',
        remedy: 'The results may have expired: drop the image again.',
      },
    );
  }
  return { shape: array.shape, data: array.data };
}

/**
 * Explain: one method of one run. The map is written before its marker, every object once; a duplicate
 * message finds the marker and only makes sure that the run is finished.
 */
import { methodNamed, parseOptions } from '../../shared/attribution/registry.ts';
import { PermanentFault } from '../../shared/errors.ts';
import { inputName, mapName, previewName, runKey } from '../../shared/manifest/keys.ts';
import type { MethodResult } from '../../shared/manifest/method-result.ts';
import type { Plan } from '../../shared/manifest/plan.ts';
import type { Task } from '../../shared/manifest/task.ts';
import { mapRange } from '../../shared/render/map-range.ts';
import { reduceChannels } from '../../shared/render/reduce-channels.ts';
import { renderMap } from '../../shared/render/render-map.ts';
import { readNpy, writeNpy } from '../../shared/tensor/npy.ts';
import type { Tensor32 } from '../../shared/tensor/tensor.ts';
import { encodePng } from '../common/encode-png.ts';
import { finishRun } from '../common/finish-run.ts';
import { hasResult, readPlan, writeResult } from '../common/run-progress.ts';
import type { Services } from '../common/services.ts';

export type ExplainOutcome = 'explained' | 'already explained';

export async function explainTask(services: Services, task: Task, attempts: number): Promise<ExplainOutcome> {
  const plan = await readPlan(services.results, task.runId);
  if (!plan) {
    throw new PermanentFault(`task: expected a plan of run ${task.runId}, got none`, {
      code: 'plan-missing',
    });
  }
  const done = await hasResult(services.results, task.runId, task.method);
  if (!done) await writeResult(services.results, await explain(services, plan, task.method, attempts));
  await finishRun(services, plan);
  return done ? 'already explained' : 'explained';
}

async function explain(
  services: Services,
  plan: Plan,
  name: string,
  attempts: number,
): Promise<MethodResult> {
  const { results, models } = services;
  const started = performance.now();
  const planned = plan.methods.find((candidate) => candidate.method === name);
  if (!planned) throw new PermanentFault(`task: ${name} is not in the plan`, { code: 'method-not-planned' });
  const method = methodNamed(name);
  const options = parseOptions(method, planned.options);
  const card = await models.card(plan.model.id);
  const classifier = await models.classifier({ ...card, digest: plan.model.digest });
  const input = await readInput(services, plan.runId);
  const attribution = await method.attribute(
    classifier,
    input,
    { target: plan.target.index, preprocessing: card.input },
    options,
  );
  const map = reduceChannels(attribution.map, card.input.layout);
  const signed = attribution.signed ?? method.signed;
  const preview = await encodePng(renderMap(map, { signed }));
  await Promise.all([
    results.writeOnce(runKey(plan.runId, mapName(name)), writeNpy(map), 'application/octet-stream'),
    results.writeOnce(runKey(plan.runId, previewName(name)), preview, 'image/png'),
  ]);
  return {
    schema: 'cxai.method-result/1',
    runId: plan.runId,
    method: name,
    options: planned.options,
    attempts,
    status: 'complete',
    milliseconds: performance.now() - started,
    gradients: attribution.gradients,
    forwards: attribution.forwards,
    engine: models.runner.engine,
    device: models.runner.device,
    files: { map: mapName(name), preview: previewName(name) },
    range: mapRange(map),
    signed,
    unit: attribution.unit ?? method.unit,
    completeness: attribution.completeness ?? null,
    metrics: {},
  };
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

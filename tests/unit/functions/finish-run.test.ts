/** Ending a run whose model is gone, or whose objects another version wrote. */
import { describe, expect, it } from 'vitest';
import { finishRun } from '../../../functions/common/finish-run.ts';
import { writeResult } from '../../../functions/common/run-progress.ts';
import { endFailed, endFailedOrLog } from '../../../functions/explain/end-failed.ts';
import { manifestKey, pendingKey, planKey, resultName, runKey } from '../../../shared/manifest/keys.ts';
import { manifestSchema } from '../../../shared/manifest/manifest.ts';
import { failedResult } from '../../../shared/pipeline/run-method.ts';
import { planRun, runIdOf, servicesWithoutModels } from './planned-run.ts';

const fault = { code: 'worker-lost', message: 'lost', remedy: null, permanent: false };
const runId = runIdOf(1);
const method = 'gradients';

describe('a run is finished', () => {
  it('without its model', async () => {
    const services = servicesWithoutModels();
    await planRun(services.results, runId, 'of its model');
    await endFailed(services, { runId, method }, fault, 5);
    const manifest = manifestSchema.parse(JSON.parse(services.results.text(manifestKey(runId))!));
    expect(manifest).toMatchObject({
      status: 'failed',
      model: { name: 'Phantom', classes: ['no lesion', 'lesion'], activation: 'logits' },
    });
    expect(services.results.text(pendingKey(runId))).toBeUndefined();
  });

  it('with a result that cannot be read as a failed method', async () => {
    const services = servicesWithoutModels();
    const plan = await planRun(services.results, runId, 'of its model');
    await services.results.write(runKey(runId, resultName(method)), '{"schema":"later"}', 'application/json');
    expect(await finishRun(services, plan)).toBe('finished');
    expect(JSON.parse(services.results.text(manifestKey(runId))!)).toMatchObject({
      status: 'failed',
      methods: [{ method, status: 'failed', error: { code: 'result-unreadable' } }],
    });
  });
});

describe('a message whose run can never be ended is logged and dropped', () => {
  it('where the model is gone and the run says nothing of it', async () => {
    const services = servicesWithoutModels();
    const plan = await planRun(services.results, runId, 'nothing');
    await writeResult(services.results, failedResult(plan, method, fault, 1));
    await expect(endFailed(services, { runId, method }, fault, 1)).rejects.toMatchObject({
      code: 'model-unknown',
    });
    await endFailedOrLog(services, { runId, method }, fault, 1);
  });

  it('where the plan cannot be read', async () => {
    const services = servicesWithoutModels();
    await services.results.write(planKey(runId), '{"schema":"later"}', 'application/json');
    await endFailedOrLog(services, { runId, method }, fault, 1);
    expect(services.results.objects.size).toBe(1);
  });

  it('but a fault that may pass is thrown', async () => {
    const services = servicesWithoutModels();
    const results = { ...services.results, read: () => Promise.reject(new Error('no answer')) };
    await expect(endFailedOrLog({ ...services, results }, { runId, method }, fault, 1)).rejects.toThrow(
      'no answer',
    );
  });
});

/** A planned run in a store of memory, and services around it whose models are gone. */
import { readEnvironment } from '../../../functions/common/environment.ts';
import type { Services } from '../../../functions/common/services.ts';
import { PermanentFault } from '../../../shared/errors.ts';
import { pendingKey, planKey, runModelKey, sentKey } from '../../../shared/manifest/keys.ts';
import type { Plan } from '../../../shared/manifest/plan.ts';
import type { RunModel } from '../../../shared/manifest/run-model.ts';
import { examplePlan } from '../pipeline/example-plan.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

export const runIdOf = (number: number): string => number.toString(16).padStart(32, 'f');

const model: RunModel = {
  schema: 'cxai.run-model/1',
  name: 'Phantom',
  intendedUse: 'demonstration',
  output: { activation: 'logits', classes: ['no lesion', 'lesion'] },
};

/** As ingest leaves it: `told` says whether the run itself says what the manifest tells of the model. */
export async function planRun(
  store: MemoryStore,
  runId: string,
  told: 'of its model' | 'nothing',
): Promise<Plan> {
  const plan = examplePlan({ runId });
  if (told === 'of its model')
    await store.write(runModelKey(runId), JSON.stringify(model), 'application/json');
  await store.write(pendingKey(runId), '', 'text/plain');
  await store.write(planKey(runId), JSON.stringify(plan), 'application/json');
  await store.write(sentKey(runId), '', 'text/plain');
  return plan;
}

export function servicesWithoutModels(hoursLater = 0): Services & { readonly results: MemoryStore } {
  const gone = (): Promise<never> =>
    Promise.reject(
      new PermanentFault('model: expected one of phantom, got another', { code: 'model-unknown' }),
    );
  return {
    environment: readEnvironment({
      CXAI_DROP_BUCKET: 'drop',
      CXAI_RESULTS_BUCKET: 'results',
      CXAI_CPU_QUEUE_URL: 'https://cpu',
    }),
    drop: memoryStore(),
    results: memoryStore(),
    tasks: { send: async () => undefined },
    models: { card: gone } as unknown as Services['models'],
    referenceKey: async () => '0'.repeat(64),
    now: () => new Date(Date.now() + hoursLater * 3_600_000),
  };
}

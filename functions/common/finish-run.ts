/**
 * Writes the manifest when the last method has ended. Every worker calls this after its own marker; S3 lists
 * are strongly consistent, so whoever writes the last marker sees all of them. Two may see it at once: the
 * manifest is write-once and the same either way but for its time. The model is asked for only where the run does
 * not say itself what the manifest tells of it.
 */
import { manifestKey, pendingKey } from '../../shared/manifest/keys.ts';
import type { Plan } from '../../shared/manifest/plan.ts';
import { explainedManifest } from '../../shared/pipeline/build-manifest.ts';
import { jsonType } from './json-object.ts';
import { runAgreement } from './run-agreement.ts';
import { missingMethods, readResults, readRunModel } from './run-progress.ts';
import type { Services } from './services.ts';

export async function finishRun(services: Services, plan: Plan): Promise<'finished' | 'waiting'> {
  const { results, models, now } = services;
  if ((await missingMethods(results, plan)).length > 0) return 'waiting';
  const ended = await readResults(results, plan);
  const model = (await readRunModel(results, plan.runId)) ?? (await models.card(plan.model.id));
  const agreement = await runAgreement(results, plan, ended);
  const manifest = explainedManifest(plan, model, ended, now().toISOString(), agreement);
  await results.writeOnce(manifestKey(plan.runId), JSON.stringify(manifest), jsonType);
  await results.remove(pendingKey(plan.runId));
  return 'finished';
}

/**
 * Ingest: one upload becomes a plan and one task per method.
 *
 * Order matters, since the function may die between any two lines and the event comes again:
 * image, input and what is told of the model first, then `pending`, then the plan (write-once; the first one counts), then the tasks,
 * then `sent`. A duplicate event finds `sent` and does nothing.
 */
import { extname } from 'node:path/posix';
import { pixelDigestOf } from '../../shared/imaging/pixel-digest.ts';
import { renderSource } from '../../shared/imaging/rendering.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';
import {
  imageName,
  inputName,
  pendingKey,
  planKey,
  runKey,
  runModelKey,
  sentKey,
} from '../../shared/manifest/keys.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { Plan } from '../../shared/manifest/plan.ts';
import type { RunModel } from '../../shared/manifest/run-model.ts';
import { planImage } from '../../shared/pipeline/plan-image.ts';
import { gpuAboveFlops, methodNames, planMethods } from '../../shared/pipeline/plan-methods.ts';
import { runIdOf } from '../../shared/pipeline/run-id.ts';
import { writeNpy } from '../../shared/tensor/npy.ts';
import { decodeImage } from '../common/decode-image.ts';
import { encodePng } from '../common/encode-png.ts';
import { jsonType } from '../common/json-object.ts';
import { provenance } from '../common/provenance.ts';
import { readPlan } from '../common/run-progress.ts';
import { sendTasks } from '../common/send-tasks.ts';
import type { Services } from '../common/services.ts';
import { checkUpload } from './check-upload.ts';
import type { Upload } from './upload-events.ts';
import { writeReceipt } from './write-receipt.ts';

export type IngestOutcome =
  | { readonly status: 'planned' | 'known'; readonly runId: string }
  | { readonly status: 'gone' };

/** Throws PermanentFault where the file can never be taken in, TransientFault where it may be later. */
export async function ingestUpload(
  services: Services,
  upload: Upload,
  traceId: string,
): Promise<IngestOutcome> {
  const card = await services.models.card(checkUpload(upload));
  const object = await services.drop.read(upload.key);
  if (!object) return { status: 'gone' };
  const image = await decodeImage(object.bytes, { extension: extname(upload.key) });
  const methods = await plannedMethods(services, card);
  const { CXAI_SEED: seed, CXAI_METRICS: metrics } = services.environment;
  const pixelDigest = pixelDigestOf(image);
  const runId = runIdOf(pixelDigest, card, methods, { seed, metrics });
  const known = (await services.results.size(sentKey(runId))) !== undefined;
  if (!known) await startRun(services, { card, image, pixelDigest, methods, runId, traceId });
  await writeReceipt(services.drop, {
    schema: 'cxai.receipt/1',
    key: upload.key,
    sequencer: upload.sequencer,
    runId,
    status: 'planned',
    error: null,
  });
  return { status: known ? 'known' : 'planned', runId };
}

interface NewRun {
  readonly card: ModelCard;
  readonly image: SourceImage;
  readonly pixelDigest: string;
  readonly methods: Plan['methods'];
  readonly runId: string;
  readonly traceId: string;
}

async function startRun(services: Services, run: NewRun): Promise<void> {
  const { results, models } = services;
  const { runId, pixelDigest, card, image, methods } = run;
  const { plan, input } = await planImage(image, await models.classifier(card), {
    runId,
    pixelDigest,
    card,
    methods,
    metrics: services.environment.CXAI_METRICS,
    provenance: provenance(services, run.traceId),
  });
  await Promise.all([
    results.writeOnce(runKey(runId, imageName), await encodePng(renderSource(image)), 'image/png'),
    results.writeOnce(runKey(runId, inputName), writeNpy(input), 'application/octet-stream'),
    results.writeOnce(runModelKey(runId), JSON.stringify(runModel(card)), jsonType),
    results.write(pendingKey(runId), '', 'text/plain'),
  ]);
  const outcome = await results.writeOnce(planKey(runId), JSON.stringify(plan), jsonType);
  const stored = outcome === 'written' ? plan : await readPlan(results, runId);
  await sendTasks(services, stored ?? plan);
}

const runModel = ({ name, intendedUse, output: { activation, classes } }: ModelCard): RunModel => ({
  schema: 'cxai.run-model/1',
  name,
  intendedUse,
  output: { activation, classes },
});

async function plannedMethods(services: Services, card: ModelCard): Promise<Plan['methods']> {
  const { CXAI_METHODS, CXAI_GPU_QUEUE_URL, CXAI_SEED } = services.environment;
  const names = methodNames(CXAI_METHODS?.split(',').map((name) => name.trim()));
  const gpu = CXAI_GPU_QUEUE_URL !== undefined;
  return planMethods(
    names.map((method) => ({ method })),
    {
      seed: CXAI_SEED,
      extent: card.input,
      forwardFlops: gpu ? await services.models.forwardFlops(card) : 0,
      rule: { gpu, gpuAbove: gpuAboveFlops },
    },
  );
}

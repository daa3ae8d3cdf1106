/** Lambda handler of the catalog queue: new manifests in the results bucket enter the run index. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Manifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { runEntry } from '../../shared/pipeline/build-manifest.ts';
import { isCanaryRun } from '../../shared/pipeline/canary.ts';
import { readJson } from '../common/json-object.ts';
import { createServices, type Services } from '../common/services.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { uploadsOf } from '../ingest/upload-events.ts';
import { updateIndex } from './update-index.ts';

const dayMs = 86_400_000;
let services: Services | undefined;

/**
 * One index update for the whole batch, without the canary's runs; a record whose manifest cannot be read comes back
 * alone. Where runs expire every batch updates the index, so that the canary keeps it true without other uploads.
 */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= createServices();
  const { results, environment, now } = services;
  const manifests: Manifest[] = [];
  const response = await forEachRecord(event, async (record) => {
    for (const { key } of uploadsOf(record.body)) {
      const stored = await readJson(results, key, manifestSchema);
      if (stored && !isCanaryRun(stored.value.runId)) manifests.push(stored.value);
    }
  });
  const days = environment.CXAI_RESULTS_DAYS;
  const oldest = days === undefined ? undefined : new Date(now().getTime() - days * dayMs).toISOString();
  if (manifests.length > 0 || oldest) await updateIndex(results, manifests.map(runEntry), oldest);
  return response;
}

/**
 * A file that cannot be taken in becomes a run of its own, `rejected`, with the reason: it shows in the run
 * list under a one-way reference, never under its name.
 */
import { manifestKey } from '../../shared/manifest/keys.ts';
import { rejectedManifest } from '../../shared/pipeline/build-manifest.ts';
import { canaryModel, canaryRunId } from '../../shared/pipeline/canary.ts';
import { keyedReference } from '../../shared/pipeline/digest.ts';
import { faultReport } from '../../shared/pipeline/fault-report.ts';
import { jsonType } from '../common/json-object.ts';
import { provenance } from '../common/provenance.ts';
import type { Services } from '../common/services.ts';
import { modelOfKey, type Upload } from './upload-events.ts';
import { writeReceipt } from './write-receipt.ts';

export async function rejectUpload(
  services: Services,
  upload: Upload,
  traceId: string,
  reason: unknown,
): Promise<string> {
  const { drop, results } = services;
  const reference = keyedReference(await services.referenceKey(), `${upload.key}\n${upload.etag}`);
  const error = faultReport(reason);
  const model = modelOfKey(upload.key);
  const runId = model === canaryModel ? canaryRunId(reference) : reference;
  const known = model !== null && (await services.models.ids()).includes(model);
  const manifest = rejectedManifest(runId, known ? model : null, error, provenance(services, traceId));
  await results.writeOnce(manifestKey(runId), JSON.stringify(manifest), jsonType);
  await writeReceipt(drop, {
    schema: 'cxai.receipt/1',
    key: upload.key,
    sequencer: upload.sequencer,
    runId,
    status: 'rejected',
    error,
  });
  return runId;
}

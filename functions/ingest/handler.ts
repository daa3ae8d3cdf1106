/** Lambda handler of the ingest queue (S3 events): one use case per upload, bad files rejected one by one. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { CxaiError } from '../../shared/errors.ts';
import { UnreadableObject } from '../common/json-object.ts';
import { log } from '../common/log.ts';
import { createServices, type Services } from '../common/services.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { newTraceId } from '../common/trace-id.ts';
import { ingestUpload } from './ingest-upload.ts';
import { rejectUpload } from './reject-upload.ts';
import { type Upload, uploadsOf } from './upload-events.ts';

let services: Services | undefined;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= createServices();
  const ready = services;
  return forEachRecord(event, async (record) => {
    for (const upload of uploadsOf(record.body)) await takeIn(ready, upload);
  });
}

async function takeIn(ready: Services, upload: Upload): Promise<void> {
  const traceId = newTraceId();
  const started = performance.now();
  try {
    const outcome = await ingestUpload(ready, upload, traceId);
    log.info('ingested', { ...outcome, traceId, milliseconds: performance.now() - started });
  } catch (error) {
    if (!saysSomethingOfTheFile(error)) throw error;
    const runId = await rejectUpload(ready, upload, traceId, error);
    log.info('rejected', { runId, code: error.code, traceId });
  }
}

/** A permanent fault rejects the file, unless it is that of an object of ours (a card, a plan) which cannot be read. */
const saysSomethingOfTheFile = (error: unknown): error is CxaiError =>
  error instanceof CxaiError && error.permanent && !(error instanceof UnreadableObject);

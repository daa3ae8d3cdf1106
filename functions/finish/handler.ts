/**
 * Lambda handler of the dead-letter queues: what was tried too often ends as a failed method or a rejected
 * file, with the last known reason, so that no run hangs.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { TransientFault } from '../../shared/errors.ts';
import type { Fault } from '../../shared/manifest/method-result.ts';
import { type Task, taskSchema } from '../../shared/manifest/task.ts';
import { log } from '../common/log.ts';
import { createServices, type Services } from '../common/services.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { newTraceId } from '../common/trace-id.ts';
import { endFailed, notedFault } from '../explain/end-failed.ts';
import { rejectUpload } from '../ingest/reject-upload.ts';
import { uploadsOf } from '../ingest/upload-events.ts';

let services: Services | undefined;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= createServices();
  const ready = services;
  return forEachRecord(event, (record) => giveUp(ready, record));
}

async function giveUp(ready: Services, record: SQSRecord): Promise<void> {
  const attempts = Number(record.attributes.ApproximateReceiveCount);
  const body: unknown = JSON.parse(record.body);
  const task = taskSchema.safeParse(body);
  if (task.success) {
    log.error('method given up', { runId: task.data.runId, method: task.data.method, attempts });
    return endFailed(ready, task.data, await reason(ready, task.data), attempts);
  }
  for (const upload of uploadsOf(record.body)) {
    const fault = new TransientFault('ingest: given up after repeated failures', {
      code: 'ingest-given-up',
      remedy: 'Drop the file again; if it fails again, look for the trace id in the logs.',
    });
    const runId = await rejectUpload(ready, upload, newTraceId(), fault);
    log.error('upload given up', { runId, attempts });
  }
}

async function reason(ready: Services, task: Task): Promise<Fault> {
  return (
    (await notedFault(ready, task)) ?? {
      code: 'worker-lost',
      message: `${task.method}: the worker stopped before it could answer, each time it was tried`,
      remedy: 'Most often memory or time: raise the memory limit of the lane or lower the method’s cost.',
      permanent: false,
    }
  );
}

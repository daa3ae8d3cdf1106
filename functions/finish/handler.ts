/**
 * Lambda handler of the dead-letter queues: what was tried too often ends as a failed method or a rejected
 * file, with the last known reason, so that no run hangs.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { TransientFault } from '../../shared/errors.ts';
import type { Fault } from '../../shared/manifest/method-result.ts';
import type { Task } from '../../shared/manifest/task.ts';
import { log } from '../common/log.ts';
import { createServices, type Services } from '../common/services.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { taskOf } from '../common/task-queue.ts';
import { newTraceId } from '../common/trace-id.ts';
import { endFailedOrLog, notedFault } from '../explain/end-failed.ts';
import { rejectUpload } from '../ingest/reject-upload.ts';
import { type Upload, uploadsOf } from '../ingest/upload-events.ts';

let services: Services | undefined;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= createServices();
  const ready = services;
  return forEachRecord(event, (record) => giveUp(ready, record));
}

async function giveUp(ready: Services, record: SQSRecord): Promise<void> {
  const attempts = Number(record.attributes.ApproximateReceiveCount);
  const task = taskOf(record.body);
  if (task) {
    log.error('method given up', { runId: task.runId, method: task.method, attempts });
    return endFailedOrLog(ready, task, await reason(ready, task), attempts);
  }
  for (const upload of uploadsIn(record)) {
    const fault = new TransientFault('ingest: given up after repeated failures', {
      code: 'ingest-given-up',
      remedy: 'Drop the file again; if it fails again, look for the trace id in the logs.',
    });
    const runId = await rejectUpload(ready, upload, newTraceId(), fault);
    log.error('upload given up', { runId, attempts });
  }
}

/** A message that is neither a task nor an upload has no run to end: it is logged and dropped. */
function uploadsIn(record: SQSRecord): Upload[] {
  try {
    return uploadsOf(record.body);
  } catch {
    log.error('dead letter is neither task nor upload: dropped', { messageId: record.messageId });
    return [];
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

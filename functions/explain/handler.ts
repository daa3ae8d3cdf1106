/** Lambda handler of a lane queue: one task per record. Permanent faults end the method, others are retried. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CxaiError } from '../../shared/errors.ts';
import { type Task, taskSchema } from '../../shared/manifest/task.ts';
import { faultReport } from '../../shared/pipeline/fault-report.ts';
import { log } from '../common/log.ts';
import { createServices, type Services } from '../common/services.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { endFailed, noteFault } from './end-failed.ts';
import { explainTask } from './explain-task.ts';

let services: Services | undefined;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= createServices();
  const ready = services;
  return forEachRecord(event, (record) => explainRecord(ready, record));
}

async function explainRecord(ready: Services, record: SQSRecord): Promise<void> {
  const task = taskSchema.parse(JSON.parse(record.body));
  const attempts = Number(record.attributes.ApproximateReceiveCount);
  const started = performance.now();
  try {
    const outcome = await explainTask(ready, task, attempts);
    log.info(outcome, { ...context(task), milliseconds: performance.now() - started });
  } catch (error) {
    const fault = faultReport(error);
    log.warn('method failed', { ...context(task), code: fault.code, attempts });
    if (error instanceof CxaiError && error.permanent) return endFailed(ready, task, fault, attempts);
    await noteFault(ready, task, fault).catch(() => undefined);
    throw error;
  }
}

const context = ({ runId, method, traceId }: Task) => ({ runId, method, traceId });

/** Lambda handler of a lane queue: one task per record. Permanent faults end the method, others are retried. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CxaiError } from '../../shared/errors.ts';
import type { Task } from '../../shared/manifest/task.ts';
import { faultReport } from '../../shared/pipeline/fault-report.ts';
import { log } from '../common/log.ts';
import { type MethodMeasurement, recordMethod } from '../common/metrics.ts';
import { createServices, type Services } from '../common/services.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { taskOf } from '../common/task-queue.ts';
import { endFailedOrLog, noteFault } from './end-failed.ts';
import { explainTask } from './explain-task.ts';

let services: Services | undefined;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= createServices();
  const ready = services;
  return forEachRecord(event, (record) => explainRecord(ready, record));
}

async function explainRecord(ready: Services, record: SQSRecord): Promise<void> {
  const task = taskOf(record.body);
  // Nothing can be tried again, and there is no run to report it in.
  if (!task) return log.error('message is no task: dropped', { messageId: record.messageId });
  const attempts = Number(record.attributes.ApproximateReceiveCount);
  const started = performance.now();
  const { CXAI_DEVICE: device, CXAI_HOURLY_USD: hourlyUsd } = ready.environment;
  const measured = (outcome: MethodMeasurement['outcome'], gradients?: number): void =>
    recordMethod({
      method: task.method,
      outcome,
      milliseconds: performance.now() - started,
      gradients,
      device,
      hourlyUsd,
      ...waited(record),
    });
  try {
    const outcome = await explainTask(ready, task, attempts);
    log.info(outcome.status, { ...context(task), milliseconds: performance.now() - started });
    if (outcome.status === 'explained') measured('complete', outcome.gradients);
  } catch (error) {
    const fault = faultReport(error);
    log.warn('method failed', { ...context(task), code: fault.code, attempts });
    if (error instanceof CxaiError && error.permanent) {
      measured('failed');
      return endFailedOrLog(ready, task, fault, attempts);
    }
    measured('retried');
    await noteFault(ready, task, fault).catch(() => undefined);
    throw error;
  }
}

const waited = ({ attributes }: SQSRecord) => ({
  queueMilliseconds: Number(attributes.ApproximateFirstReceiveTimestamp) - Number(attributes.SentTimestamp),
});

const context = ({ runId, method, traceId }: Task) => ({ runId, method, traceId });

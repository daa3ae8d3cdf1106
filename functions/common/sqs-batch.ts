/**
 * Runs one use case per SQS record and reports partial batch failures: a record that throws comes back alone.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { log } from './log.ts';

export async function forEachRecord(
  event: SQSEvent,
  handle: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of event.Records) {
    try {
      await handle(record);
    } catch (error) {
      log.warn('record failed and will be retried', {
        code: (error as { code?: string }).code ?? 'internal',
        reason: error instanceof Error ? error.name : 'unknown',
        receiveCount: Number(record.attributes.ApproximateReceiveCount),
      });
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}

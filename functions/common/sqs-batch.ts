/**
 * Runs one use case per SQS record, one after the other, and reports partial batch failures: a record that
 * throws comes back alone.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CxaiError } from '../../shared/errors.ts';
import { log } from './log.ts';

export async function forEachRecord(
  event: SQSEvent,
  handle: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
  const recorded = async (record: SQSRecord): Promise<void> => {
    try {
      await handle(record);
    } catch (error) {
      log.warn('record failed and will be retried', {
        code: error instanceof CxaiError ? error.code : 'internal',
        reason: error instanceof Error ? error.name : 'unknown',
        receiveCount: Number(record.attributes.ApproximateReceiveCount),
      });
      throw error;
    }
  };
  return processPartialResponse(event, recorded, new BatchProcessor(EventType.SQS, { logger: quiet }), {
    processInParallel: false,
    throwOnFullBatchFailure: false,
  });
}

/** The processor's own log lines may hold message contents; ours never do. */
const quiet = {
  debug: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  info: () => undefined,
};

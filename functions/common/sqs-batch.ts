/**
 * Runs one use case per SQS record, one after the other, and reports partial batch failures: a record that
 * throws comes back alone, after a growing delay (defer-record.ts).
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CxaiError } from '../../shared/errors.ts';
import { createAwsClients } from './aws-clients.ts';
import { deferRecord } from './defer-record.ts';
import { log } from './log.ts';

let client: SQSClient | undefined;

const defer = (record: SQSRecord): Promise<void> => {
  client ??= createAwsClients().sqs;
  return deferRecord(client, record);
};

export async function forEachRecord(
  event: SQSEvent,
  handle: (record: SQSRecord) => Promise<void>,
  whenFailed: (record: SQSRecord) => Promise<void> = defer,
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
      await whenFailed(record);
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

/**
 * A record that failed in Lambda comes back after a growing delay: 20, 40, 80 … seconds, with a little jitter, instead of
 * the whole visibility timeout of its queue, which is sized for the longest invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 *
 * Pollers of ours (functions/local/event-source.ts, functions/explain-batch/drain-queue.ts) set the delay themselves;
 * their records name no queue of AWS and are left alone.
 */
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { log } from './log.ts';
import { retryDelay } from './retry-delay.ts';

/** Below the visibility timeout of every queue (tests/infra/topology.test.ts): a delay never lengthens the wait. */
export const lambdaRetries = { baseSeconds: 10, mostSeconds: 300, jitter: 0.2 } as const;

const queueArn = /^arn:aws:sqs:([a-z]+(?:-[a-z]+)+-\d):(\d{12}):([\w-]+)$/;

/** Never rejects: where the call fails, the record comes back with the visibility timeout. */
export async function deferRecord(sqs: Pick<SQSClient, 'send'>, record: SQSRecord): Promise<void> {
  const [, region, account, name] = queueArn.exec(record.eventSourceARN) ?? [];
  if (name === undefined) return;
  const receiveCount = Number(record.attributes.ApproximateReceiveCount);
  const request = new ChangeMessageVisibilityCommand({
    QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    ReceiptHandle: record.receiptHandle,
    VisibilityTimeout: retryDelay(receiveCount, lambdaRetries),
  });
  await sqs.send(request).catch((error: unknown) => {
    log.warn('record not deferred', { queue: name, reason: error instanceof Error ? error.name : 'unknown' });
  });
}

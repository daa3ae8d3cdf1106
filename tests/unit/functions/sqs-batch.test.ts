/** What becomes of a record that failed: it alone is reported, and comes back after a growing delay. */
import type { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { deferRecord } from '../../../functions/common/defer-record.ts';
import { retryDelay } from '../../../functions/common/retry-delay.ts';
import { forEachRecord } from '../../../functions/common/sqs-batch.ts';
import { TransientFault } from '../../../shared/errors.ts';

const arn = 'arn:aws:sqs:eu-central-1:111122223333:cxai-example-cpu';

const record = (messageId: string, receiveCount = 1, eventSourceARN = arn): SQSRecord => ({
  messageId,
  receiptHandle: `handle of ${messageId}`,
  body: messageId,
  attributes: {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: '0',
    SenderId: 'x',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion: 'eu-central-1',
});

/** A queue that notes what it is asked, or refuses. */
function queue(answers: 'takes' | 'refuses' = 'takes') {
  const asked: ChangeMessageVisibilityCommand['input'][] = [];
  const send = async ({ input }: ChangeMessageVisibilityCommand) => {
    asked.push(input);
    if (answers === 'refuses') throw new Error('AccessDenied');
    return {};
  };
  return { asked, sqs: { send } as unknown as SQSClient };
}

describe('a record that failed', () => {
  it('is reported and deferred alone', async () => {
    const { asked, sqs } = queue();
    const handle = async ({ body }: SQSRecord) => {
      if (body === 'bad') throw new TransientFault('store: no answer', { code: 'object-store-unavailable' });
    };
    const event = { Records: [record('good'), record('bad'), record('fine')] };
    const response = await forEachRecord(event, handle, (failed) => deferRecord(sqs, failed));
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(asked).toEqual([
      {
        QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/111122223333/cxai-example-cpu',
        ReceiptHandle: 'handle of bad',
        VisibilityTimeout: expect.any(Number),
      },
    ]);
  });

  it('waits 10 · 2^n seconds, up to a fifth less, and never more than five minutes', async () => {
    const { asked, sqs } = queue();
    const counts = [1, 2, 3, 4, 5, 6, 1000];
    for (const count of counts) await deferRecord(sqs, record('bad', count));
    asked.forEach(({ VisibilityTimeout }, index) => {
      const whole = Math.min(300, 10 * 2 ** counts[index]!);
      expect(VisibilityTimeout).toBeGreaterThanOrEqual(Math.floor(0.8 * whole));
      expect(VisibilityTimeout).toBeLessThanOrEqual(whole);
    });
  });

  it('comes back with the visibility timeout where the queue does not take the delay', async () => {
    const { asked, sqs } = queue('refuses');
    const fails = () => Promise.reject(new Error('no'));
    const event = { Records: [record('bad')] };
    const response = await forEachRecord(event, fails, (failed) => deferRecord(sqs, failed));
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(asked).toHaveLength(1);
  });

  it.each(['', 'arn:aws:sqs:local:000000000000:cxai-cpu'])(
    'of a poller of ours (%j) is left to it',
    async (of) => {
      const { asked, sqs } = queue();
      await deferRecord(sqs, record('bad', 1, of));
      expect(asked).toEqual([]);
    },
  );
});

it('a delay doubles with every delivery, is whole seconds and has an end', () => {
  const plan = { baseSeconds: 0.5, mostSeconds: 900 };
  expect([1, 2, 3, 4, 20].map((count) => retryDelay(count, plan))).toEqual([1, 2, 4, 8, 900]);
  expect(retryDelay(3, { ...plan, jitter: 0.5, random: () => 1 })).toBe(2);
});

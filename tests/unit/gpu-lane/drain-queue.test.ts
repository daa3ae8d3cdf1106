/** A worker on a real queue of the embedded cloud: empties it, gives back what failed, leaves when told. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAwsClients } from '../../../functions/common/aws-clients.ts';
import { type DrainOptions, drainQueue } from '../../../functions/explain-batch/drain-queue.ts';
import { startCloud } from '../../../functions/local/cloud/start-cloud.ts';

const credentials = { accessKeyId: 'drain-test', secretAccessKey: 'drain-test-secret' };
let directory: string;
let cloud: Awaited<ReturnType<typeof startCloud>>;
let sqs: SQSClient;
let queueUrl: string;
let queues = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cxai-drain-'));
  cloud = await startCloud({ directory, port: 0, credentials });
  sqs = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials }).sqs;
});

afterAll(async () => {
  await cloud.close();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  queues += 1;
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: `gpu-${queues}` }))).QueueUrl!;
});

async function send(...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies)
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
}

async function left(): Promise<{ visible: number; hidden: number }> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return {
    visible: Number(Attributes!.ApproximateNumberOfMessages),
    hidden: Number(Attributes!.ApproximateNumberOfMessagesNotVisible),
  };
}

const done: SQSBatchResponse = { batchItemFailures: [] };
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function drain(handle: DrainOptions['handle'], options: Partial<DrainOptions> = {}) {
  const signal = new AbortController().signal;
  const patience = { visibilitySeconds: 30, taskSeconds: 20, idleSeconds: 1, retrySeconds: 60 };
  return drainQueue(sqs, { queueUrl, signal, ...patience, ...options, handle });
}

describe('a GPU worker', () => {
  it('works the queue off one record at a time and leaves when it stays empty', async () => {
    await send('a', 'b', 'c');
    const seen: string[] = [];
    const report = await drain(async ({ Records }: SQSEvent) => {
      expect(Records).toHaveLength(1);
      expect(Records[0]!.attributes.ApproximateReceiveCount).toBe('1');
      seen.push(Records[0]!.body);
      return done;
    });
    expect(report).toEqual({ handled: 3, failed: 0 });
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
    expect(await left()).toEqual({ visible: 0, hidden: 0 });
  });

  it('gives a failed record back and goes on with the others', async () => {
    await send('bad', 'good');
    const report = await drain(async ({ Records: [record] }) =>
      record!.body === 'bad' ? { batchItemFailures: [{ itemIdentifier: record!.messageId }] } : done,
    );
    expect(report).toEqual({ handled: 1, failed: 1 });
    expect(await left()).toEqual({ visible: 0, hidden: 1 });
  });

  it('finishes its task when told to leave, and takes no other', async () => {
    await send('a', 'b');
    const leaving = new AbortController();
    const handle = async () => {
      leaving.abort();
      await pause(100);
      return done;
    };
    expect(await drain(handle, { signal: leaving.signal })).toEqual({ handled: 1, failed: 0 });
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });

  it('leaves at once when told while it waits', async () => {
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 100);
    const started = performance.now();
    await drain(async () => done, { signal: leaving.signal, idleSeconds: 20 });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('keeps its message hidden for as long as the task takes', async () => {
    await send('slow');
    let stolen = 0;
    const handle = async () => {
      await pause(3500);
      const answer = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
      stolen = answer.Messages?.length ?? 0;
      return done;
    };
    expect(await drain(handle, { visibilitySeconds: 2 })).toEqual({ handled: 1, failed: 0 });
    expect(stolen).toBe(0);
  });

  it('leaves a task that hangs, whose message comes back', async () => {
    await send('endless');
    const hanging = drain(() => new Promise(() => undefined), { taskSeconds: 0.3, visibilitySeconds: 1 });
    await expect(hanging).rejects.toMatchObject({ code: 'task-hangs', permanent: false });
    await pause(1500);
    expect(await left()).toEqual({ visible: 1, hidden: 0 });
  });
});

/** A cloud of its own for each test file, and AWS SDK clients that know nothing of it but its endpoint. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { type RunningCloud, startCloud } from '../../../functions/local/cloud/start-cloud.ts';

export const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'not-a-secret' };
export const region = 'us-east-1';

export interface CloudFixture {
  readonly cloud: RunningCloud;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
}

export function clientsFor(endpoint: string, maxAttempts = 1): Pick<CloudFixture, 's3' | 'sqs'> {
  const options = { endpoint, region, credentials, maxAttempts };
  return { s3: new S3Client({ ...options, forcePathStyle: true }), sqs: new SQSClient(options) };
}

/** Filled before the first test of the file, gone after the last. */
export function useCloud(): CloudFixture {
  const directory = temporaryDirectory();
  const fixture: { cloud?: RunningCloud; s3?: S3Client; sqs?: SQSClient } = {};
  beforeAll(async () => {
    const cloud = await startCloud({ directory, credentials, region });
    Object.assign(fixture, { cloud, ...clientsFor(cloud.endpoint) });
  });
  afterAll(async () => {
    fixture.s3?.destroy();
    fixture.sqs?.destroy();
    await fixture.cloud?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return fixture as CloudFixture;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'embedded-cloud-'));
}

let names = 0;

export async function newBucket(s3: S3Client): Promise<string> {
  names += 1;
  const Bucket = `bucket-${names}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

export interface TestQueue {
  readonly url: string;
  readonly arn: string;
}

export async function newQueue(sqs: SQSClient, Attributes: Record<string, string> = {}): Promise<TestQueue> {
  names += 1;
  const QueueName = `queue-${names}${Attributes.FifoQueue === 'true' ? '.fifo' : ''}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const shown = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { url: QueueUrl!, arn: shown.Attributes!.QueueArn! };
}

export async function receive(
  sqs: SQSClient,
  queue: TestQueue,
  options: Partial<ReceiveMessageCommandInput> = {},
): Promise<Message[]> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...options,
    }),
  );
  return Messages ?? [];
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The service's code and the HTTP status of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode} ${name}`;
  }
  return 'no failure';
}

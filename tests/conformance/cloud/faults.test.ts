import { rmSync } from 'node:fs';
import {
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DeleteMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { S3Event } from 'aws-lambda';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { remoteFaults } from '../../../functions/local/cloud/fault-client.ts';
import type { FaultPlan } from '../../../functions/local/cloud/faults.ts';
import { startCloud } from '../../../functions/local/cloud/start-cloud.ts';
import {
  clientsFor,
  credentials,
  failureOf,
  newBucket,
  newQueue,
  receive,
  type TestQueue,
  temporaryDirectory,
  useCloud,
} from './cloud-fixture.ts';

const fixture = useCloud();
let Bucket = '';
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
});
afterEach(() => fixture.cloud.faults.clear());
const put = (Key: string, more: object = {}, s3 = fixture.s3) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }));
const isThere = async (Key: string) =>
  (await failureOf(fixture.s3.send(new GetObjectCommand({ Bucket, Key })))) === 'no failure';

describe('faults of requests', () => {
  it('throttle before anything is done, by S3 and by SQS', async () => {
    const queue = await newQueue(fixture.sqs);
    fixture.cloud.faults.set({ rules: [{ fault: 'slow-down', times: 2 }] });
    expect(await failureOf(put('throttled'))).toBe('503 SlowDown');
    const send = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'x' });
    expect(await failureOf(fixture.sqs.send(send))).toBe('400 RequestThrottled');
    expect(await isThere('throttled')).toBe(false);
    expect(await receive(fixture.sqs, queue)).toEqual([]);
  });

  it('are outlived by a client that tries again', async () => {
    fixture.cloud.faults.set({ rules: [{ fault: 'slow-down', operation: 'PutObject', times: 1 }] });
    await put('retried', {}, clientsFor(fixture.cloud.endpoint, 3).s3);
    expect(await isThere('retried')).toBe(true);
    expect(fixture.cloud.faults.struck()).toEqual([1]);
  });

  it('conflict with conditional writes only', async () => {
    fixture.cloud.faults.set({ rules: [{ fault: 'conflict', times: 1 }] });
    await put('conflicting');
    expect(await failureOf(put('new', { IfNoneMatch: '*' }))).toBe('409 ConditionalRequestConflict');
    expect(await isThere('new')).toBe(false);
    await put('new', { IfNoneMatch: '*' });
  });

  it('drop the answer to work that is done', async () => {
    fixture.cloud.faults.set({ rules: [{ fault: 'drop-answer', operation: 'PutObject', times: 1 }] });
    expect(await failureOf(put('dropped'))).not.toBe('no failure');
    expect(await isThere('dropped')).toBe(true);
    fixture.cloud.faults.set({ rules: [{ fault: 'drop-answer', operation: 'PutObject', times: 1 }] });
    const patient = clientsFor(fixture.cloud.endpoint, 3).s3;
    expect(await failureOf(put('once', { IfNoneMatch: '*' }, patient))).toBe('412 PreconditionFailed');
    expect(await isThere('once')).toBe(true);
  });

  it('let a message whose receive was not heard come back', async () => {
    const queue = await newQueue(fixture.sqs, { VisibilityTimeout: '1' });
    await fixture.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'x' }));
    fixture.cloud.faults.set({ rules: [{ fault: 'drop-answer', operation: 'ReceiveMessage', times: 1 }] });
    expect(await failureOf(receive(fixture.sqs, queue))).not.toBe('no failure');
    expect(await receive(fixture.sqs, queue)).toEqual([]);
    const [message] = await receive(fixture.sqs, queue, { WaitTimeSeconds: 3 });
    expect(message!.Attributes!.ApproximateReceiveCount).toBe('2');
  });

  it('strike only the operation and the resource they name', async () => {
    const rule = { fault: 'slow-down' as const, operation: 'PutObject', resource: `${Bucket}/drop/` };
    fixture.cloud.faults.set({ rules: [rule] });
    await put('elsewhere');
    expect(await failureOf(put('drop/1'))).toBe('503 SlowDown');
    expect(await isThere('drop/1')).toBe(false);
  });
});

describe('faults of events', () => {
  const notified = async () => {
    const bucket = await newBucket(fixture.s3);
    const queue = await newQueue(fixture.sqs);
    const QueueConfigurations = [{ QueueArn: queue.arn, Events: ['s3:ObjectCreated:*' as const] }];
    const NotificationConfiguration = { QueueConfigurations };
    const configure = { Bucket: bucket, NotificationConfiguration };
    await fixture.s3.send(new PutBucketNotificationConfigurationCommand(configure));
    const [test] = await receive(fixture.sqs, queue);
    await fixture.sqs.send(
      new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: test!.ReceiptHandle }),
    );
    return { bucket, queue };
  };
  const keysOn = async (queue: TestQueue, WaitTimeSeconds = 0) =>
    (await receive(fixture.sqs, queue, { WaitTimeSeconds })).map(
      ({ Body }) => (JSON.parse(Body!) as S3Event).Records[0]!.s3.object.key,
    );

  it('deliver twice', async () => {
    const { bucket, queue } = await notified();
    fixture.cloud.faults.set({ rules: [{ fault: 'duplicate-event', resource: bucket, times: 1 }] });
    await put('a', { Bucket: bucket });
    await put('b', { Bucket: bucket });
    expect(await keysOn(queue)).toEqual(['a', 'a', 'b']);
  });

  it('deliver late', async () => {
    const { bucket, queue } = await notified();
    fixture.cloud.faults.set({ rules: [{ fault: 'delay-event', milliseconds: 3000 }] });
    const start = performance.now();
    await put('late', { Bucket: bucket });
    expect(await keysOn(queue)).toEqual([]);
    expect(await keysOn(queue, 20)).toEqual(['late']);
    expect(performance.now() - start).toBeGreaterThan(2950);
  });

  it('deliver out of order, none of them lost', async () => {
    const { bucket, queue } = await notified();
    fixture.cloud.faults.set({ seed: 3, rules: [{ fault: 'reorder-events', milliseconds: 500 }] });
    const sent = ['0', '1', '2', '3', '4', '5', '6', '7'];
    for (const key of sent) await put(key, { Bucket: bucket });
    const found: string[] = [];
    await expect.poll(async () => found.push(...(await keysOn(queue)))).toBe(sent.length);
    expect([...found].sort()).toEqual(sent);
    expect(found).not.toEqual(sent);
  });
});

describe('fault plans', () => {
  it('may be in force from the first request', async () => {
    const directory = temporaryDirectory();
    const faults = { rules: [{ fault: 'slow-down' as const }] };
    const cloud = await startCloud({ directory, credentials, faults });
    const list = clientsFor(cloud.endpoint).s3.send(new ListBucketsCommand({}));
    expect(await failureOf(list)).toBe('503 SlowDown');
    await cloud.close();
    rmSync(directory, { recursive: true });
  });

  const plan = (seed: number): FaultPlan => ({
    seed,
    rules: [{ fault: 'slow-down', operation: 'PutObject', probability: 0.4 }],
  });
  const outcomes = async (seed: number, order: (keys: string[]) => string[]) => {
    fixture.cloud.faults.set(plan(seed));
    const keys = Array.from({ length: 40 }, (_, i) => `seeded/${i}`);
    const found = await Promise.all(
      order(keys).map(async (key) => [key, await failureOf(put(key))] as const),
    );
    return found
      .filter(([, outcome]) => outcome === '503 SlowDown')
      .map(([key]) => key)
      .sort();
  };

  it('repeat for a seed, however the requests interleave', async () => {
    const struck = await outcomes(1, (keys) => keys);
    expect(struck.length).toBeGreaterThan(8);
    expect(struck.length).toBeLessThan(24);
    expect(await outcomes(1, (keys) => keys.reverse())).toEqual(struck);
    expect(await outcomes(2, (keys) => keys)).not.toEqual(struck);
  });

  it('are set, read and cleared from another process with the same credentials', async () => {
    const remote = remoteFaults({ endpoint: fixture.cloud.endpoint, credentials });
    await remote.set({ rules: [{ fault: 'slow-down', times: 1 }, { fault: 'conflict' }] });
    expect(await failureOf(put('remote'))).toBe('503 SlowDown');
    expect(await remote.struck()).toEqual([1, 0]);
    await remote.clear();
    expect(await remote.struck()).toEqual([]);
  });

  it('are refused from strangers and where they make no sense', async () => {
    const { endpoint } = fixture.cloud;
    const stranger = remoteFaults({ endpoint, credentials: { ...credentials, secretAccessKey: 'wrong' } });
    await expect(stranger.clear()).rejects.toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect((await fetch(`${endpoint}/_cloud/faults`)).status).toBe(403);
    const remote = remoteFaults({ endpoint, credentials });
    const rules = [{ fault: 'slow-down' as const, probability: 2 }];
    await expect(remote.set({ rules })).rejects.toMatchObject({ status: 400, code: 'InvalidFaultPlan' });
    expect(() => fixture.cloud.faults.set({ rules })).toThrow();
  });
});

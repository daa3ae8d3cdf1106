/** What was acknowledged is there after kill -9; what was not is whole or absent. */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DeleteMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { S3Event } from 'aws-lambda';
import { afterAll, describe, expect, it } from 'vitest';
import { startCloud } from '../../../functions/local/cloud/start-cloud.ts';
import { killLeftovers, spawnCloud } from './cloud-child.ts';
import {
  clientsFor,
  credentials,
  failureOf,
  newQueue,
  receive,
  sleep,
  temporaryDirectory,
} from './cloud-fixture.ts';
import { signedHeaders } from './raw-request.ts';

const directories: string[] = [];
const newDirectory = () => {
  const directory = temporaryDirectory();
  directories.push(directory);
  return directory;
};
afterAll(() => {
  killLeftovers();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
const Bucket = 'drop';
const files = (directory: string, folder: string) => readdirSync(join(directory, folder));

/** Bytes that follow from the key alone: 1 kB to 1.3 MB, so rows and files take turns. */
function contentOf(key: string): Buffer {
  const digest = createHash('sha256').update(key).digest();
  return Buffer.alloc([1000, 200_704, 300_000, 1_300_000][digest[0]! % 4]!, digest);
}

async function readAll(s3: S3Client, Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}

async function listKeys(s3: S3Client): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key!);
}

describe.concurrent('a killed cloud', () => {
  it('has every acknowledged object whole, and an event for each object it has', async () => {
    const directory = newDirectory();
    const before = await spawnCloud(directory);
    const { s3, sqs } = clientsFor(before.endpoint);
    await s3.send(new CreateBucketCommand({ Bucket }));
    const queue = await newQueue(sqs);
    const QueueConfigurations = [{ QueueArn: queue.arn, Events: ['s3:ObjectCreated:*' as const] }];
    const NotificationConfiguration = { QueueConfigurations };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const acknowledged: string[] = [];
    const write = async (writer: number) => {
      for (let i = 0; i < 1000; i++) {
        const Key = `writer-${writer}/${i}`;
        const put = new PutObjectCommand({ Bucket, Key, Body: contentOf(Key), IfNoneMatch: '*' });
        if ((await failureOf(s3.send(put))) !== 'no failure') return;
        acknowledged.push(Key);
      }
    };
    const writing = Promise.all([0, 1, 2, 3, 4, 5].map(write));
    while (acknowledged.length < 40) await sleep(5);
    await before.kill();
    await writing;

    const after = await spawnCloud(directory);
    const again = clientsFor(after.endpoint);
    const keys = await listKeys(again.s3);
    expect(keys).toEqual(expect.arrayContaining(acknowledged));
    for (const key of keys) expect(Buffer.compare(await readAll(again.s3, key), contentOf(key))).toBe(0);
    const announced = new Set<string>();
    const found = { ...queue, url: queue.url.replace(before.endpoint, after.endpoint) };
    for (;;) {
      const messages = await receive(again.sqs, found);
      if (messages.length === 0) break;
      for (const { Body } of messages)
        for (const { s3: about } of (JSON.parse(Body!) as Partial<S3Event>).Records ?? [])
          announced.add(about.object.key);
    }
    expect([...announced].sort()).toEqual([...keys].sort());
    const large = keys.filter((key) => contentOf(key).length > 256 * 1024);
    expect([files(directory, 'blobs').length, files(directory, 'incoming').length]).toEqual([
      large.length,
      0,
    ]);
    await after.kill();
  });

  it('has nothing of an object whose body was still coming', async () => {
    const directory = newDirectory();
    const before = await spawnCloud(directory);
    await clientsFor(before.endpoint).s3.send(new CreateBucketCommand({ Bucket }));
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'content-length': '50000000' };
    const raw = { method: 'PUT', path: `/${Bucket}/half`, headers };
    const signed = await signedHeaders(before.endpoint, raw);
    const { hostname, port } = new URL(before.endpoint);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}`);
    socket.write(`PUT ${raw.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(Buffer.alloc(25_000_000, 1));
    while (files(directory, 'incoming').length === 0) await sleep(5);
    await sleep(50);
    await before.kill();
    socket.destroy();
    expect(files(directory, 'incoming')).toHaveLength(1);

    const after = await spawnCloud(directory);
    expect(await listKeys(clientsFor(after.endpoint).s3)).toEqual([]);
    expect([...files(directory, 'incoming'), ...files(directory, 'blobs')]).toEqual([]);
    await after.kill();
  });

  it('gives messages in flight back after their visibility timeout, with their count', async () => {
    const directory = newDirectory();
    const before = await spawnCloud(directory);
    const { sqs } = clientsFor(before.endpoint);
    const queue = await newQueue(sqs, { VisibilityTimeout: '6' });
    for (const MessageBody of ['done', 'in flight', 'waiting'])
      await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody }));
    const [done] = await receive(sqs, queue, { MaxNumberOfMessages: 1 });
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: done!.ReceiptHandle }));
    const asked = performance.now();
    await receive(sqs, queue, { MaxNumberOfMessages: 1 });
    await before.kill();

    const after = await spawnCloud(directory);
    const found = { ...queue, url: queue.url.replace(before.endpoint, after.endpoint) };
    const shown = async (options: object = {}) =>
      (await receive(clientsFor(after.endpoint).sqs, found, options)).map(({ Body, Attributes }) => [
        Body,
        Attributes!.ApproximateReceiveCount,
      ]);
    expect(await shown({ VisibilityTimeout: 60 })).toEqual([['waiting', '1']]);
    expect(await shown({ WaitTimeSeconds: 12 })).toEqual([['in flight', '2']]);
    expect(performance.now() - asked).toBeGreaterThan(5950);
    await after.kill();
  });

  it('goes on with a multipart upload where it was', async () => {
    const directory = newDirectory();
    const before = await spawnCloud(directory);
    const at = { Bucket, Key: 'parts' };
    const parts = [Buffer.alloc(5 * 2 ** 20, 1), Buffer.alloc(100, 2)];
    const { s3 } = clientsFor(before.endpoint);
    await s3.send(new CreateBucketCommand({ Bucket }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
    const first = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: parts[0] }));
    await before.kill();

    const after = await spawnCloud(directory);
    const again = clientsFor(after.endpoint).s3;
    const second = await again.send(
      new UploadPartCommand({ ...at, UploadId, PartNumber: 2, Body: parts[1] }),
    );
    const Parts = [first, second].map(({ ETag }, i) => ({ ETag, PartNumber: i + 1 }));
    await again.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
    expect(Buffer.compare(await readAll(again, 'parts'), Buffer.concat(parts))).toBe(0);
    expect(await after.stop()).toBe(0);
  });
});

describe.concurrent('a closed cloud', () => {
  it('keeps its configuration, ends long polls, and holds its directory alone while open', async () => {
    const directory = newDirectory();
    const first = await startCloud({ directory, credentials });
    const { s3, sqs } = clientsFor(first.endpoint);
    await s3.send(new CreateBucketCommand({ Bucket }));
    const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }];
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    const queue = await newQueue(sqs, { VisibilityTimeout: '77' });
    await expect(startCloud({ directory, credentials })).rejects.toMatchObject({ code: 'directory-in-use' });
    const polling = failureOf(receive(sqs, queue, { WaitTimeSeconds: 20 }));
    await sleep(100);
    const start = performance.now();
    await first.close();
    await polling;
    expect(performance.now() - start).toBeLessThan(10_000);

    const second = await startCloud({ directory, credentials });
    const again = clientsFor(second.endpoint);
    expect((await again.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(CORSRules);
    const url = queue.url.replace(first.endpoint, second.endpoint);
    expect(await receive(again.sqs, { ...queue, url })).toEqual([]);
    await second.close();
  });

  it('says so where its port is taken, and leaves the directory free', async () => {
    const taken = await startCloud({ directory: newDirectory(), credentials });
    const directory = newDirectory();
    const { port } = taken;
    await expect(startCloud({ directory, port, credentials })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await (await startCloud({ directory, credentials })).close();
    await taken.close();
  });
});

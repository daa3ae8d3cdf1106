/**
 * Processor time, client and server together in this process: unlike the clock it does not mind a busy machine.
 * How fast the machine itself is, the same calls to a server that keeps nothing tell, in turn with the cloud's.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { startCloud } from '../../../functions/local/cloud/start-cloud.ts';
import { clientsFor, newBucket, newQueue, receive, temporaryDirectory, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();
const map = Buffer.alloc(224 * 224 * 4 + 128, 1);
const task = '{"task":1}';
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

interface Services {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly Bucket: string;
  readonly queue: { readonly url: string; readonly arn: string };
}

/** What one task sends and reads. */
async function eightCalls({ s3, sqs, Bucket, queue }: Services, run: number): Promise<void> {
  const QueueUrl = queue.url;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: task, MessageGroupId: 'run' }));
  const [message] = await receive(sqs, queue);
  const input = await s3.send(new GetObjectCommand({ Bucket, Key: 'input' }));
  await input.Body!.transformToByteArray();
  const write = (Key: string, Body: Buffer | string) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: '*' }));
  await write(`runs/${run}/map.npy`, map);
  await write(`runs/${run}/preview.png`, map.subarray(0, 20_000));
  await write(`runs/${run}/result.json`, '{}');
  await s3.send(new HeadObjectCommand({ Bucket, Key: `runs/${run}/result.json` }));
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }));
}

/** A server that answers these calls and keeps nothing: what the SDK and HTTP cost by themselves. */
async function forgetfulServices(): Promise<Services> {
  const md5 = createHash('md5').update(task).digest('hex');
  const answers: Record<string, object> = {
    SendMessage: { MessageId: '1', MD5OfMessageBody: md5 },
    ReceiveMessage: { Messages: [{ MessageId: '1', ReceiptHandle: '1', Body: task, MD5OfBody: md5 }] },
    DeleteMessage: {},
  };
  const answerTo = ({ method, headers }: IncomingMessage): Buffer | string => {
    const action = String(headers['x-amz-target'] ?? '').split('.')[1];
    return action ? JSON.stringify(answers[action]) : method === 'GET' ? map : '';
  };
  const server = createServer(async (request, response) => {
    await buffer(request);
    response.end(answerTo(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = clientsFor(endpoint);
  closing.push(() => {
    clients.s3.destroy();
    clients.sqs.destroy();
    server.close();
  });
  return { ...clients, Bucket: 'none', queue: { url: `${endpoint}/000000000000/none`, arn: '' } };
}

async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('speed', () => {
  it('serves the eight calls of a task for at most what the SDK and HTTP cost by themselves', async () => {
    const { s3, sqs } = fixture;
    const cloud = { s3, sqs, Bucket: await newBucket(s3), queue: await newQueue(sqs) };
    await s3.send(new PutObjectCommand({ Bucket: cloud.Bucket, Key: 'input', Body: map }));
    const bare = await forgetfulServices();
    const costs = { cloud: [] as number[], bare: [] as number[] };
    for (let run = 0; run < 60; run++) {
      costs.bare.push(await costOf(() => eightCalls(bare, run)));
      costs.cloud.push(await costOf(() => eightCalls(cloud, run)));
    }
    expect(Math.min(...costs.cloud)).toBeLessThan(2 * Math.min(...costs.bare));
  });

  it('opens a directory for less than 100 ms once its code is loaded', async () => {
    const directory = temporaryDirectory();
    closing.push(() => rmSync(directory, { recursive: true, force: true }));
    const costs: number[] = [];
    for (let run = 0; run < 3; run++) {
      costs.push(await costOf(async () => (await startCloud({ directory })).close()));
    }
    expect(Math.min(...costs)).toBeLessThan(100);
  });
});

/** Time per call with the SDK on the client's side of the same process; the limits leave room for a busy machine. */
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { startCloud } from '../../../functions/local/cloud/start-cloud.ts';
import { newBucket, newQueue, receive, temporaryDirectory, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();

/** Milliseconds. */
async function medianTime(runs: number, work: (run: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work(run);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[runs >> 1]!;
}

describe('speed', () => {
  it('serves the eight calls of a task, with a 224x224 float map among them, in less than 25 ms', async () => {
    const { s3, sqs } = fixture;
    const Bucket = await newBucket(s3);
    const queue = await newQueue(sqs);
    const QueueUrl = queue.url;
    const map = Buffer.alloc(224 * 224 * 4 + 128, 1);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'input', Body: map }));
    const median = await medianTime(60, async (run) => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"task":1}', MessageGroupId: 'run' }));
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
    });
    expect(median).toBeLessThan(25);
  });

  it('opens a directory in less than 150 ms once its code is loaded', async () => {
    const start = performance.now();
    const cloud = await startCloud({ directory: temporaryDirectory() });
    expect(performance.now() - start).toBeLessThan(150);
    await cloud.close();
  });
});

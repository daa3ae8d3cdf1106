import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DeleteMessageCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import type { S3Event, S3EventRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf, newBucket, newQueue, receive, type TestQueue, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();
let Bucket = '';
let queue: TestQueue;
beforeEach(async () => {
  Bucket = await newBucket(fixture.s3);
  queue = await newQueue(fixture.sqs);
});

const configure = (NotificationConfiguration: NotificationConfiguration) =>
  fixture.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
const target = (events: string[], rules: Record<string, string> = {}, to = queue) => ({
  QueueArn: to.arn,
  Events: events as Event[],
  Filter: {
    Key: {
      FilterRules: Object.entries(rules).map(([Name, Value]) => ({
        Name: Name as 'prefix' | 'suffix',
        Value,
      })),
    },
  },
});
const put = (Key: string, Body = 'body') => fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body }));

/** Bodies on the queue now, each taken off it. */
async function drain(from = queue): Promise<unknown[]> {
  const bodies: unknown[] = [];
  for (
    let found = await receive(fixture.sqs, from);
    found.length > 0;
    found = await receive(fixture.sqs, from)
  ) {
    for (const { Body, ReceiptHandle } of found) {
      bodies.push(JSON.parse(Body!));
      await fixture.sqs.send(new DeleteMessageCommand({ QueueUrl: from.url, ReceiptHandle }));
    }
  }
  return bodies;
}

const records = async (from = queue): Promise<S3EventRecord[]> =>
  (await drain(from)).flatMap((body) => (body as Partial<S3Event>).Records ?? []);

describe('bucket notifications', () => {
  it('announces itself with a test event that has no records', async () => {
    await configure({ QueueConfigurations: [target(['s3:ObjectCreated:*'])] });
    const [event, ...more] = await drain();
    expect(more).toEqual([]);
    expect(event).toEqual({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      Bucket,
      RequestId: expect.any(String),
      HostId: expect.any(String),
    });
  });

  it('describes a created object in the shape of S3', async () => {
    await configure({ QueueConfigurations: [{ ...target(['s3:ObjectCreated:*']), Id: 'drop' }] });
    await put('drop/a b+c(é).dcm', 'hello');
    const [record] = await records();
    expect(record).toEqual({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: expect.any(String) },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'drop',
        bucket: {
          name: Bucket,
          ownerIdentity: { principalId: expect.any(String) },
          arn: `arn:aws:s3:::${Bucket}`,
        },
        object: {
          key: 'drop/a+b%2Bc%28%C3%A9%29.dcm',
          size: 5,
          eTag: '5d41402abc4b2a76b9719d911017c592',
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
      },
    });
  });

  it('names how an object came and went, with growing sequencers', async () => {
    const { s3 } = fixture;
    await configure({ QueueConfigurations: [target(['s3:ObjectCreated:*', 's3:ObjectRemoved:*'])] });
    const at = { Bucket, Key: 'k' };
    await put('k');
    await s3.send(new CopyObjectCommand({ ...at, CopySource: `${Bucket}/k`, MetadataDirective: 'REPLACE' }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
    const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
    await s3.send(new DeleteObjectCommand(at));
    await s3.send(new DeleteObjectCommand(at));
    const found = await records();
    expect(found.map(({ eventName }) => eventName)).toEqual([
      'ObjectCreated:Put',
      'ObjectCreated:Copy',
      'ObjectCreated:CompleteMultipartUpload',
      'ObjectRemoved:Delete',
    ]);
    const sequencers = found.map((record) => record.s3.object.sequencer);
    expect(sequencers).toEqual([...new Set(sequencers)].sort());
    expect(found[3]!.s3.object).toEqual({ key: 'k', sequencer: sequencers[3] });
  });

  it('sends each queue what its events and filters ask for', async () => {
    const other = await newQueue(fixture.sqs);
    await configure({
      QueueConfigurations: [
        target(['s3:ObjectCreated:*'], { prefix: 'drop/' }),
        target(['s3:ObjectCreated:Put'], { prefix: 'runs/', suffix: '/manifest.json' }, other),
      ],
    });
    for (const key of ['drop/1', 'runs/a/manifest.json', 'runs/a/map.npy', 'other', 'manifest.json'])
      await put(key);
    expect((await records()).map((record) => record.s3.object.key)).toEqual(['drop/1']);
    expect((await records(other)).map((record) => record.s3.object.key)).toEqual(['runs/a/manifest.json']);
  });

  it('announces nothing for a write that was refused', async () => {
    await configure({ QueueConfigurations: [target(['s3:ObjectCreated:*'])] });
    await put('once');
    const again = new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' });
    expect(await failureOf(fixture.s3.send(again))).toBe('412 PreconditionFailed');
    expect(await records()).toHaveLength(1);
  });

  it('shows what was configured, EventBridge among it, and replaces it as a whole', async () => {
    const rules = { prefix: 'a&b/', suffix: '.dcm' };
    await configure({
      QueueConfigurations: [{ ...target(['s3:ObjectCreated:Put'], rules), Id: 'one' }],
      EventBridgeConfiguration: {},
    });
    const shown = await fixture.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(shown.EventBridgeConfiguration).toEqual({});
    expect(shown.QueueConfigurations).toEqual([
      {
        Id: 'one',
        QueueArn: queue.arn,
        Events: ['s3:ObjectCreated:Put'],
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'Prefix', Value: 'a&b/' },
              { Name: 'Suffix', Value: '.dcm' },
            ],
          },
        },
      },
    ]);
    await configure({});
    await drain();
    await put('a&b/x.dcm');
    expect(await drain()).toEqual([]);
  });

  it('refuses targets that overlap, are absent or are FIFO queues, and kinds it does not deliver', async () => {
    const fifo = await newQueue(fixture.sqs, { FifoQueue: 'true' });
    const created = ['s3:ObjectCreated:*'];
    const overlapping = [
      target(created, { prefix: 'a' }),
      target(['s3:ObjectCreated:Put'], { prefix: 'ab' }),
    ];
    expect(await failureOf(configure({ QueueConfigurations: overlapping }))).toBe('400 InvalidArgument');
    const absent = { arn: `${queue.arn}-absent`, url: '' };
    for (const to of [fifo, absent])
      expect(await failureOf(configure({ QueueConfigurations: [target(created, {}, to)] }))).toBe(
        '400 InvalidArgument',
      );
    const tagging = target(['s3:ObjectTagging:Put']);
    expect(await failureOf(configure({ QueueConfigurations: [tagging] }))).toBe('501 NotImplemented');
    const TopicConfigurations = [
      { TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Events: created as Event[] },
    ];
    expect(await failureOf(configure({ TopicConfigurations }))).toBe('501 NotImplemented');
  });

  it('keeps taking objects after a target queue is gone', async () => {
    await configure({ QueueConfigurations: [target(['s3:ObjectCreated:*'])] });
    await fixture.sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
    expect((await put('k')).ETag).toBeDefined();
  });
});

/**
 * The same buckets, queues and notifications as the CDK app deploys, made on the embedded cloud. Making them
 * twice changes nothing.
 */
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { dropPrefix, manifestName, receiptsPrefix } from '../../shared/manifest/keys.ts';
import type { AwsClients } from '../common/aws-clients.ts';

export interface Topology {
  readonly dropBucket: string;
  readonly resultsBucket: string;
  readonly queues: Readonly<Record<QueueName, string>>;
  readonly visibilitySeconds: number;
}

export type QueueName =
  | 'ingest'
  | 'ingest-dead-letters'
  | 'cpu'
  | 'cpu-dead-letters'
  | 'catalog'
  | 'catalog-dead-letters'
  | 'receipts';

export interface TopologyOptions {
  /** Seconds until an unacknowledged message comes back by itself; the poller extends it while it works. */
  readonly visibilitySeconds: number;
  readonly maxReceiveCount: number;
}

const defaults: TopologyOptions = { visibilitySeconds: 60, maxReceiveCount: 5 };
const dropBucket = 'cxai-drop';
const resultsBucket = 'cxai-results';

export async function createTopology(
  { s3, sqs }: AwsClients,
  options: Partial<TopologyOptions> = {},
): Promise<Topology> {
  const settings = { ...defaults, ...options };
  await Promise.all(
    [dropBucket, resultsBucket].map((Bucket) => s3.send(new CreateBucketCommand({ Bucket }))),
  );
  const entries = await Promise.all([
    ...(['ingest', 'cpu', 'catalog'] as const).map((name) => queueWithDeadLetters(sqs, name, settings)),
    queue(sqs, 'receipts', { VisibilityTimeout: String(settings.visibilitySeconds) }).then((url) => [
      ['receipts', url] as const,
    ]),
  ]);
  const queues = Object.fromEntries(entries.flat()) as Topology['queues'];
  await notify(s3, dropBucket, [
    await rule(sqs, queues.ingest, 'prefix', dropPrefix),
    await rule(sqs, queues.receipts, 'prefix', receiptsPrefix),
  ]);
  await notify(s3, resultsBucket, [await rule(sqs, queues.catalog, 'suffix', manifestName)]);
  return { dropBucket, resultsBucket, queues, visibilitySeconds: settings.visibilitySeconds };
}

async function queue(sqs: SQSClient, name: string, attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `cxai-${name}` }));
  // Set apart from creating: a queue of an older start may have other values.
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  return QueueUrl!;
}

async function queueWithDeadLetters(
  sqs: SQSClient,
  name: 'ingest' | 'cpu' | 'catalog',
  { visibilitySeconds, maxReceiveCount }: TopologyOptions,
): Promise<(readonly [QueueName, string])[]> {
  const deadLetters = await queue(sqs, `${name}-dead-letters`, { MessageRetentionPeriod: '1209600' });
  const url = await queue(sqs, name, {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await arnOf(sqs, deadLetters), maxReceiveCount }),
  });
  return [
    [name, url],
    [`${name}-dead-letters`, deadLetters],
  ];
}

async function arnOf(sqs: SQSClient, url: string): Promise<string> {
  const answer = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return answer.Attributes!.QueueArn!;
}

async function rule(
  sqs: SQSClient,
  url: string,
  where: 'prefix' | 'suffix',
  value: string,
): Promise<QueueConfiguration> {
  return {
    QueueArn: await arnOf(sqs, url),
    Events: ['s3:ObjectCreated:*'],
    Filter: { Key: { FilterRules: [{ Name: where, Value: value }] } },
  };
}

async function notify(s3: S3Client, bucket: string, rules: QueueConfiguration[]): Promise<void> {
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { QueueConfigurations: rules },
    }),
  );
}

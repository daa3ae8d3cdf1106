/**
 * Which events of a bucket go to which queue.
 *
 * Queue targets with prefix and suffix filters; EventBridge is stored and shown, not delivered to; topics and
 * functions answer 501. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ACCOUNT, type Cloud } from '../cloud.ts';
import { notImplemented } from '../service-error.ts';
import { malformedXml, writeXml } from '../xml.ts';
import { sendTestEvent } from './event.ts';
import { invalidArgument, readXmlBody, type S3Call, type S3Handler, xmlAnswer } from './s3-call.ts';

export interface QueueTarget {
  readonly id: string;
  readonly queueArn: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

export interface NotificationConfiguration {
  readonly queues: readonly QueueTarget[];
  readonly eventBridge: boolean;
}

/** Every event this server sends; others would be promises it does not keep. */
const EVENTS = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
];

const empty = z.literal('').transform(() => ({}));
const document = z.union([
  empty,
  z.strictObject({
    QueueConfiguration: z
      .array(
        z.strictObject({
          Id: z.string().optional(),
          Queue: z.string(),
          Event: z.array(z.string()).min(1),
          Filter: z
            .strictObject({
              S3Key: z.strictObject({
                FilterRule: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).optional(),
              }),
            })
            .optional(),
        }),
      )
      .optional(),
    EventBridgeConfiguration: z.unknown().optional(),
    TopicConfiguration: z.unknown().optional(),
    CloudFunctionConfiguration: z.unknown().optional(),
  }),
]);
type Document = Exclude<z.infer<typeof document>, Record<string, never>>;
type QueueElement = NonNullable<Document['QueueConfiguration']>[number];

export function matchesNotification(target: QueueTarget, event: string, key: string): boolean {
  const wanted = target.events.some((pattern) => covers(pattern, `s3:${event}`));
  return wanted && key.startsWith(target.prefix) && key.endsWith(target.suffix);
}

export function queueNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

export const putNotification: S3Handler = async (call) => {
  const { cloud } = call;
  const bucket = cloud.buckets.require(call.bucket);
  const parsed = document.safeParse(await readXmlBody(call, 'NotificationConfiguration'));
  if (!parsed.success) throw malformedXml();
  const content: Partial<Document> = parsed.data;
  if (content.TopicConfiguration !== undefined) throw notImplemented('notifications to topics');
  if (content.CloudFunctionConfiguration !== undefined) throw notImplemented('notifications to functions');
  const queues = (content.QueueConfiguration ?? []).map((element) => readTarget(cloud, element));
  checkOverlap(queues);
  cloud.database.transaction(() => {
    cloud.buckets.save({
      ...bucket,
      notification: { queues, eventBridge: content.EventBridgeConfiguration !== undefined },
    });
    for (const { queueArn } of queues) sendTestEvent(call, queueArn);
  });
  return { status: 200 };
};

export const getNotification: S3Handler = ({ cloud, bucket }: S3Call) => {
  const { queues, eventBridge } = cloud.buckets.require(bucket).notification;
  return xmlAnswer(
    writeXml('NotificationConfiguration', {
      QueueConfiguration: queues.map(({ id, queueArn, events, prefix, suffix }) => ({
        Id: id,
        Queue: queueArn,
        Event: events,
        Filter: {
          S3Key: {
            FilterRule: [
              ...(prefix === '' ? [] : [{ Name: 'Prefix', Value: prefix }]),
              ...(suffix === '' ? [] : [{ Name: 'Suffix', Value: suffix }]),
            ],
          },
        },
      })),
      EventBridgeConfiguration: eventBridge ? '' : undefined,
    }),
  );
};

function readTarget(cloud: Cloud, element: QueueElement): QueueTarget {
  for (const event of element.Event)
    if (!EVENTS.includes(event)) throw notImplemented(`notifications of ${event}`);
  const queue = cloud.queues.find(queueNameOf(element.Queue));
  const isOurs = element.Queue === `arn:aws:sqs:${cloud.region}:${ACCOUNT}:${queue?.name}`;
  if (!queue || !isOurs || queue.isFifo)
    throw invalidArgument('Unable to validate the following destination configurations.');
  let prefix = '';
  let suffix = '';
  for (const { Name, Value } of element.Filter?.S3Key.FilterRule ?? []) {
    if (Name.toLowerCase() === 'prefix') prefix = Value;
    else if (Name.toLowerCase() === 'suffix') suffix = Value;
    else throw invalidArgument('filter rule name must be either prefix or suffix.');
  }
  return { id: element.Id ?? randomUUID(), queueArn: element.Queue, events: element.Event, prefix, suffix };
}

/** S3 refuses two targets for one event whose prefixes overlap and whose suffixes overlap. */
function checkOverlap(targets: readonly QueueTarget[]): void {
  targets.forEach((a, index) => {
    for (const b of targets.slice(index + 1)) {
      const events = a.events.some((one) => b.events.some((two) => covers(one, two) || covers(two, one)));
      const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
      const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
      if (events && prefixes && suffixes)
        throw invalidArgument(
          'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
        );
    }
  });
}

function covers(pattern: string, event: string): boolean {
  return pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}

/**
 * Putting and showing a bucket's notification configuration.
 *
 * Queue targets are checked and sent a test event; EventBridge is stored and shown; topics and functions answer 501.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { notImplemented } from '../service-error.ts';
import { malformedXml, writeXml } from '../xml.ts';
import { sendTestEvent } from './event.ts';
import { NOTIFIED_EVENTS, overlap, type QueueTarget } from './notification-configuration.ts';
import { invalidArgument, readXmlBody, type S3Call, type S3Handler, xmlAnswer } from './s3-call.ts';

/** An element whose members are all optional; without any it is read as empty text. */
const elementOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => (value === '' ? {} : value), z.strictObject(shape).partial());

const filterRule = z.strictObject({ Name: z.string(), Value: z.string() });
const queueElement = z.strictObject({
  Id: z.string().optional(),
  Queue: z.string(),
  Event: z.array(z.string()).min(1),
  Filter: elementOf({ S3Key: elementOf({ FilterRule: z.array(filterRule) }) }).optional(),
});
const document = elementOf({
  QueueConfiguration: z.array(queueElement),
  EventBridgeConfiguration: z.unknown(),
  TopicConfiguration: z.unknown(),
  CloudFunctionConfiguration: z.unknown(),
});

export const putNotification: S3Handler = async (call) => {
  const { cloud } = call;
  cloud.buckets.require(call.bucket);
  const parsed = document.safeParse(await readXmlBody(call, 'NotificationConfiguration'));
  if (!parsed.success) throw malformedXml();
  const content = parsed.data;
  if (content.TopicConfiguration !== undefined) throw notImplemented('notifications to topics');
  if (content.CloudFunctionConfiguration !== undefined) throw notImplemented('notifications to functions');
  const queues = (content.QueueConfiguration ?? []).map((element) => readTarget(cloud, element));
  const overlaps = queues.some((a, index) => queues.slice(index + 1).some((b) => overlap(a, b)));
  if (overlaps) {
    throw invalidArgument(
      'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
    );
  }
  const eventBridge = content.EventBridgeConfiguration !== undefined;
  cloud.database.transaction(() => {
    const bucket = cloud.buckets.require(call.bucket);
    cloud.buckets.save({ ...bucket, notification: { queues, eventBridge } });
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
        Filter: { S3Key: { FilterRule: [...ruleOf('Prefix', prefix), ...ruleOf('Suffix', suffix)] } },
      })),
      EventBridgeConfiguration: eventBridge ? '' : undefined,
    }),
  );
};

function ruleOf(name: string, value: string): z.infer<typeof filterRule>[] {
  return value === '' ? [] : [{ Name: name, Value: value }];
}

function readTarget(cloud: Cloud, element: z.infer<typeof queueElement>): QueueTarget {
  for (const event of element.Event)
    if (!NOTIFIED_EVENTS.includes(event)) throw notImplemented(`notifications of ${event}`);
  const queue = cloud.queues.findByArn(element.Queue);
  if (queue === undefined || queue.isFifo)
    throw invalidArgument('Unable to validate the following destination configurations.');
  let prefix = '';
  let suffix = '';
  for (const { Name, Value } of element.Filter?.S3Key?.FilterRule ?? []) {
    if (Name.toLowerCase() === 'prefix') prefix = Value;
    else if (Name.toLowerCase() === 'suffix') suffix = Value;
    else throw invalidArgument('filter rule name must be either prefix or suffix.');
  }
  return { id: element.Id ?? randomUUID(), queueArn: element.Queue, events: element.Event, prefix, suffix };
}

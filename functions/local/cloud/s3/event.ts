/**
 * S3 event messages, put on their queues in the transaction that changes the object.
 *
 * Keys are form-encoded (a space becomes `+`). Sources:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
import { ACCOUNT } from '../account.ts';
import type { Cloud } from '../cloud.ts';
import { matchesNotification } from './notification-configuration.ts';
import type { StoredObject } from './object-store.ts';
import { type S3Call, urlEncodeKey } from './s3-call.ts';

export type EventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

/** Sends the event to every queue that asked for it, as often and as late as the faults in force say. */
export function announce(call: S3Call, event: EventName, object: StoredObject): void {
  const { cloud } = call;
  for (const target of cloud.buckets.require(object.bucket).notification.queues) {
    if (!matchesNotification(target, event, object.key)) continue;
    const body = JSON.stringify({ Records: [eventRecord(call, event, object, target.id)] });
    for (const delay of cloud.faults.deliveries(event, `${object.bucket}/${object.key}`))
      deliver(cloud, target.queueArn, body, delay);
  }
}

/** What S3 sends once to each queue when the configuration is put: it has no Records. */
export function sendTestEvent(call: S3Call, queueArn: string): void {
  const { cloud, bucket, requestId } = call;
  const body = {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(cloud.now()).toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: requestId,
  };
  deliver(cloud, queueArn, JSON.stringify(body), 0);
}

/** A queue deleted since the configuration was put loses its events, as it does in AWS. */
function deliver(cloud: Cloud, queueArn: string, body: string, delayMilliseconds: number): void {
  const queue = cloud.queues.findByArn(queueArn);
  if (queue) cloud.messages.send(queue, { body, attributes: {}, sender: 'AIDA-S3', delayMilliseconds });
}

function eventRecord(call: S3Call, event: EventName, object: StoredObject, configurationId: string): object {
  const { cloud, requestId, sourceAddress } = call;
  const created = event.startsWith('ObjectCreated');
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: cloud.region,
    eventTime: new Date(cloud.now()).toISOString(),
    eventName: event,
    userIdentity: { principalId: `AWS:${ACCOUNT}` },
    requestParameters: { sourceIPAddress: sourceAddress },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: object.bucket,
        ownerIdentity: { principalId: ACCOUNT },
        arn: `arn:aws:s3:::${object.bucket}`,
      },
      object: {
        key: urlEncodeKey(object.key),
        ...(created ? { size: object.body.size, eTag: object.etag } : {}),
        sequencer: object.sequencer,
      },
    },
  };
}

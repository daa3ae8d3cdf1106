/**
 * S3 tells a queue of every new object below a prefix or with a suffix. Written straight into the bucket
 * resource: the library's own way would deploy a function with a wildcard policy to do the same.
 *
 * The queue's policy names the bucket by its known ARN, so queue and policy exist before the bucket asks S3
 * to check them, and nothing goes round in a circle.
 */
import type { CfnResource } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { BucketName } from '../settings/bucket-name.ts';
import type { Deployment } from './deployment.ts';

export interface Notification {
  readonly bucket: Bucket;
  readonly name: BucketName;
  readonly queue: Queue;
  readonly prefix?: string;
  readonly suffix?: string;
}

export function notifyQueue(
  deployment: Deployment,
  { bucket, name, queue, prefix, suffix }: Notification,
): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowBucketNotifications',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': deployment.settings.account },
        ArnEquals: { 'aws:SourceArn': deployment.bucketArn(name) },
      },
    }),
  );
  const rules = [
    ...(prefix === undefined ? [] : [{ name: 'prefix', value: prefix }]),
    ...(suffix === undefined ? [] : [{ name: 'suffix', value: suffix }]),
  ];
  const resource = bucket.node.defaultChild as CfnBucket;
  resource.notificationConfiguration = {
    queueConfigurations: [
      { event: 's3:ObjectCreated:*', queue: queue.queueArn, filter: { s3Key: { rules } } },
    ],
  };
  resource.addResourceDependency(queue.node.findChild('Policy').node.defaultChild as CfnResource);
}

/**
 * CloudTrail data events of the buckets that hold data: who read or wrote which object, and when. The events
 * hold object keys, and uploads may be named after patients: so the trail is encrypted with the key of the
 * identifiable class and its events go to no log group, metric or alarm.
 */
import { Duration } from 'aws-cdk-lib';
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Deployment } from './deployment.ts';
import { privateBucket } from './private-bucket.ts';

export interface AuditTrailOptions {
  readonly key: IKey;
  readonly watched: readonly Bucket[];
  readonly accessLogs: Bucket;
}

export function auditTrail(
  scope: Construct,
  deployment: Deployment,
  { key, watched, accessLogs }: AuditTrailOptions,
): Trail {
  const bucket = privateBucket(scope, deployment, 'audit', {
    key,
    accessLogs,
    abortUploadDays: 1,
    lifecycle: [
      {
        id: 'audit',
        expiration: Duration.days(deployment.settings.retention.auditDays),
        noncurrentVersionExpiration: Duration.days(30),
        transitions: [
          { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) },
        ],
      },
    ],
  });
  refuseOtherTrails(deployment, bucket);
  const trail = new Trail(scope, 'audit-trail', {
    trailName: deployment.name('audit'),
    bucket,
    encryptionKey: key,
    enableFileValidation: true,
    isMultiRegionTrail: false,
    includeGlobalServiceEvents: false,
    sendToCloudWatchLogs: false,
  });
  acknowledge(bucket, 'logs not replicated');
  acknowledge(trail, 'audit trail stays out of log groups');
  trail.addS3EventSelector(
    watched.map((watchedBucket) => ({ bucket: watchedBucket })),
    { readWriteType: ReadWriteType.ALL, includeManagementEvents: false },
  );
  return trail;
}

/** The trail's own policy lets CloudTrail write for anybody's trail; this one stays (confused deputy). */
function refuseOtherTrails(deployment: Deployment, bucket: Bucket): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'RefuseOtherTrails',
      effect: Effect.DENY,
      principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
      actions: ['s3:PutObject', 's3:GetBucketAcl'],
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: { StringNotEquals: { 'aws:SourceArn': auditTrailArn(deployment) } },
    }),
  );
}

export const auditTrailArn = ({ settings: { region, account }, name }: Deployment): string =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name('audit')}`;

/**
 * A bucket as every bucket here is: no public access, owner-enforced, versioned, TLS 1.2 or newer only,
 * uploads that were broken off removed, kept when its stack is deleted.
 */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { BucketName } from '../settings/bucket-name.ts';
import type { Deployment } from './deployment.ts';

export interface PrivateBucketOptions {
  /** Absent only where the service that writes cannot use a customer's key (S3 access logs). */
  readonly key?: IKey;
  readonly accessLogs?: IBucket;
  readonly lifecycle: readonly LifecycleRule[];
  /** Days after which parts of a broken-off multipart upload are removed, 1 to 3. */
  readonly abortUploadDays: number;
  /** `log-writer` lets CloudFront's log delivery use its ACL; nobody else is ever granted one. */
  readonly ownership?: 'enforced' | 'log-writer';
}

export function privateBucket(
  scope: Construct,
  deployment: Deployment,
  name: BucketName,
  options: PrivateBucketOptions,
): Bucket {
  const { key, accessLogs, lifecycle, abortUploadDays, ownership = 'enforced' } = options;
  return new Bucket(scope, `${name}-bucket`, {
    bucketName: deployment.bucketName(name),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    objectOwnership:
      ownership === 'enforced'
        ? ObjectOwnership.BUCKET_OWNER_ENFORCED
        : ObjectOwnership.BUCKET_OWNER_PREFERRED,
    ...(key
      ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    ...(accessLogs ? { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: `${name}/` } : {}),
    lifecycleRules: [
      { id: 'broken-off-uploads', abortIncompleteMultipartUploadAfter: Duration.days(abortUploadDays) },
      ...lifecycle,
    ],
    removalPolicy: deployment.removal,
  });
}

/**
 * Lets this account's CloudFront distributions read these keys. Which distribution is not known here: the site
 * is deployed after the data and may be deployed anew. Listing makes an absent object answer 404 instead of 403;
 * nobody can list, since infra/edge/data-request.js passes on names of objects only.
 */
export function allowViewer({ settings }: Deployment, bucket: Bucket, keys: readonly string[]): void {
  const grant = (sid: string, action: string, resources: string[]) =>
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: [action],
        resources,
        conditions: {
          ArnLike: { 'aws:SourceArn': `arn:aws:cloudfront::${settings.account}:distribution/*` },
        },
      }),
    );
  grant(
    'AllowViewer',
    's3:GetObject',
    keys.map((pattern) => bucket.arnForObjects(pattern)),
  );
  grant('AllowViewerNotFound', 's3:ListBucket', [bucket.bucketArn]);
}

/**
 * What must outlive every deployment: keys, buckets, the audit trail, the reference key and the queues that
 * the buckets notify. Everything else can be deleted and deployed anew from here.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { dropPrefix, manifestName, pendingPrefix, receiptsPrefix } from '../../shared/manifest/keys.ts';
import { canaryRunPrefix } from '../../shared/pipeline/canary.ts';
import { acknowledge } from '../constructs/acknowledgements.ts';
import { auditTrail, auditTrailArn } from '../constructs/audit-trail.ts';
import { allowAlarms, allowLogGroups, type DataClass, dataClassKey } from '../constructs/data-class-key.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { functionLimits } from '../constructs/function-limits.ts';
import { hexSecret } from '../constructs/hex-secret.ts';
import { notifyQueue } from '../constructs/notify-queue.ts';
import { uploaderPolicy } from '../constructs/people-policies.ts';
import { allowViewer, privateBucket } from '../constructs/private-bucket.ts';
import { type WorkQueue, workQueue } from '../constructs/work-queue.ts';
import type { BucketName } from '../settings/bucket-name.ts';
import { stackProps } from './stack-props.ts';

export interface Data {
  readonly stack: Stack;
  readonly keys: Readonly<Record<Exclude<DataClass, 'study'>, Key>>;
  readonly drop: Bucket;
  readonly results: Bucket;
  /** Where the hospital has switched the study on. */
  readonly study: { readonly bucket: Bucket; readonly key: Key } | undefined;
  readonly accessLogs: Bucket;
  readonly ingest: WorkQueue;
  readonly catalog: WorkQueue;
  readonly referenceKey: Secret;
}

export function dataStack(scope: Construct, deployment: Deployment): Data {
  const stack = new Stack(scope, 'data', {
    ...stackProps(deployment, 'data'),
    terminationProtection: deployment.settings.retention.keepData,
  });
  const keys = dataKeys(stack, deployment);
  const limits = functionLimits(deployment.settings);
  const queue = (name: 'ingest' | 'catalog') =>
    workQueue(stack, deployment, name, {
      key: keys.messages,
      timeoutSeconds: limits[name].timeoutSeconds,
      deadLetterTimeoutSeconds: limits.finish.timeoutSeconds,
    });
  const ingest = queue('ingest');
  const catalog = queue('catalog');
  const accessLogs = accessLogBucket(stack, deployment);
  allowAccessLogsOf(deployment, 'site', accessLogs);
  const drop = dropBucket(stack, deployment, keys.identifiable);
  const results = resultsBucket(stack, deployment, keys.results, accessLogs);
  notifyQueue(deployment, { bucket: drop, name: 'drop', queue: ingest.queue, prefix: dropPrefix });
  notifyQueue(deployment, { bucket: results, name: 'results', queue: catalog.queue, suffix: manifestName });
  const study = studyBucket(stack, deployment, accessLogs);
  auditTrail(stack, deployment, {
    key: keys.identifiable,
    watched: [drop, results, ...(study ? [study.bucket] : [])],
    accessLogs,
  });
  uploaderPolicy(stack, deployment, keys.identifiable);
  acknowledge(accessLogs, 'access logs use S3 encryption');
  acknowledge(accessLogs, 'logs not replicated');
  acknowledge(drop, 'drop not replicated');
  acknowledge(drop, 'audit trail is the access log');
  acknowledge(results, 'results not replicated');
  const referenceKey = hexSecret(stack, deployment, 'reference-key', {
    description: 'Key of the one-way references that stand for rejected files in results',
    encryptionKey: keys.identifiable,
    rotation: 'reference key is rotated by hand',
  });
  return { stack, keys, drop, results, study, accessLogs, ingest, catalog, referenceKey };
}

function dataKeys(stack: Stack, deployment: Deployment): Data['keys'] {
  const { account } = deployment.settings;
  const notifier = {
    service: 's3.amazonaws.com',
    sourceArns: [deployment.bucketArn('drop'), deployment.bucketArn('results')],
    actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
  } as const;
  const trail = {
    service: 'cloudtrail.amazonaws.com',
    sourceArns: [auditTrailArn(deployment)],
    actions: ['kms:GenerateDataKey*', 'kms:DescribeKey', 'kms:Decrypt'],
  } as const;
  /** Which distribution is not known here: the site is deployed after the data and may be deployed anew. */
  const distribution = {
    service: 'cloudfront.amazonaws.com',
    sourceArns: [`arn:aws:cloudfront::${account}:distribution/*`],
    actions: ['kms:Decrypt'],
  } as const;
  const operations = dataClassKey(stack, deployment, 'operations');
  allowAlarms(operations);
  allowLogGroups(operations, deployment);
  return {
    identifiable: dataClassKey(stack, deployment, 'identifiable', [trail]),
    results: dataClassKey(stack, deployment, 'results', [distribution]),
    messages: dataClassKey(stack, deployment, 'messages', [notifier]),
    operations,
  };
}

/** S3 delivers access logs only to buckets with S3's own encryption. */
function accessLogBucket(stack: Stack, deployment: Deployment): Bucket {
  const { auditDays } = deployment.settings.retention;
  return privateBucket(stack, deployment, 'access-logs', {
    abortUploadDays: 1,
    lifecycle: [
      { id: 'audit', expiration: Duration.days(auditDays), noncurrentVersionExpiration: Duration.days(30) },
    ],
  });
}

/** For a bucket of a later stack. */
function allowAccessLogsOf(deployment: Deployment, name: BucketName, accessLogs: Bucket): void {
  accessLogs.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [accessLogs.arnForObjects(`${name}/*`)],
      conditions: {
        ArnLike: { 'aws:SourceArn': deployment.bucketArn(name) },
        StringEquals: { 'aws:SourceAccount': deployment.settings.account },
      },
    }),
  );
}

/**
 * Uploads and receipts both name files, so both leave after the same time, older versions with them. The audit trail
 * alone says who asked for which: no access log, which would keep the names without the key of their class.
 */
function dropBucket(stack: Stack, deployment: Deployment, key: Key): Bucket {
  const { dropDays, dropVersionDays } = deployment.settings.retention;
  const expire = (prefix: string) => ({
    id: `expire-${prefix.slice(0, -1)}`,
    prefix,
    expiration: Duration.days(dropDays),
    noncurrentVersionExpiration: Duration.days(dropVersionDays),
  });
  return privateBucket(stack, deployment, 'drop', {
    key,
    abortUploadDays: 1,
    lifecycle: [
      expire(dropPrefix),
      expire(receiptsPrefix),
      {
        id: 'elsewhere',
        noncurrentVersionExpiration: Duration.days(dropVersionDays),
        expiredObjectDeleteMarker: true,
      },
    ],
  });
}

/** Long enough to look at a probe that failed. */
const canaryDays = 7;

function resultsBucket(stack: Stack, deployment: Deployment, key: Key, accessLogs: Bucket): Bucket {
  const { resultsDays } = deployment.settings.retention;
  const bucket = privateBucket(stack, deployment, 'results', {
    key,
    accessLogs,
    abortUploadDays: 3,
    lifecycle: [
      {
        id: 'older-versions',
        noncurrentVersionExpiration: Duration.days(30),
        expiredObjectDeleteMarker: true,
      },
      {
        id: 'pending-marks',
        prefix: pendingPrefix,
        noncurrentVersionExpiration: Duration.days(1),
      },
      {
        id: 'expire-canary',
        prefix: canaryRunPrefix,
        expiration: Duration.days(canaryDays),
        noncurrentVersionExpiration: Duration.days(1),
      },
      ...(resultsDays === null
        ? []
        : [{ id: 'expire-runs', prefix: 'runs/', expiration: Duration.days(resultsDays) }]),
    ],
  });
  allowViewer(deployment, bucket, ['index.json', 'index/*', 'models/*', 'runs/*', 'studies/*']);
  return bucket;
}

/** Training images are identifiable, though named by digests only: they expire, and with them what was made of them. */
function studyBucket(stack: Stack, deployment: Deployment, accessLogs: Bucket): Data['study'] {
  const { study } = deployment.settings;
  if (study.mode === 'off') return undefined;
  const key = dataClassKey(stack, deployment, 'study');
  const bucket = privateBucket(stack, deployment, 'study', {
    key,
    accessLogs,
    abortUploadDays: 1,
    lifecycle: [
      {
        id: 'expire-studies',
        expiration: Duration.days(study.days),
        noncurrentVersionExpiration: Duration.days(1),
      },
    ],
  });
  acknowledge(bucket, 'study not replicated');
  return { bucket, key };
}

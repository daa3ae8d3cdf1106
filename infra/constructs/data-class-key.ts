/**
 * One customer-managed key per data class, rotated every year. A class is what would be lost together if the
 * key were: uploads (identifiable), study (training
 * images, identifiable too), results (de-identified), messages (queues), operations (logs and alarms).
 *
 * The bucket that notifies and the queue it notifies have different keys: a shared one would need the bucket
 * for its policy while the bucket needs the key.
 */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

export type DataClass = 'identifiable' | 'study' | 'results' | 'messages' | 'operations';

/** An AWS service that works with the key on behalf of this account, and the resources it may do so for. */
export interface ServiceUse {
  readonly service: string;
  readonly sourceArns: readonly string[];
  readonly actions: readonly ('kms:Decrypt' | 'kms:Encrypt' | 'kms:GenerateDataKey*' | 'kms:DescribeKey')[];
}

export function dataClassKey(
  scope: Construct,
  deployment: Deployment,
  dataClass: DataClass,
  uses: readonly ServiceUse[] = [],
): Key {
  const key = new Key(scope, `${dataClass}-key`, {
    alias: deployment.name(dataClass),
    description: `CXAI ${deployment.settings.id}: ${dataClass} data`,
    enableKeyRotation: true,
    rotationPeriod: Duration.days(365),
    pendingWindow: Duration.days(30),
    removalPolicy: deployment.removal,
  });
  for (const use of uses) key.addToResourcePolicy(serviceStatement(deployment, use));
  return key;
}

/**
 * Only for this account's own resources: another account cannot make the service use this key (confused deputy).
 * Bucket ARNs name no account, so it is asked for beside them.
 */
function serviceStatement({ settings }: Deployment, { service, sourceArns, actions }: ServiceUse) {
  const ofBuckets = sourceArns.some(
    (arn) => !arn.includes(settings.account) || arn.startsWith('arn:aws:s3:'),
  );
  return new PolicyStatement({
    sid: `Allow${service.split('.')[0]!.replace(/^[a-z]/, (letter) => letter.toUpperCase())}`,
    principals: [new ServicePrincipal(service)],
    actions: [...actions],
    resources: ['*'],
    conditions: {
      ArnLike: { 'aws:SourceArn': [...sourceArns] },
      ...(ofBuckets ? { StringEquals: { 'aws:SourceAccount': settings.account } } : {}),
    },
  });
}

/**
 * CloudWatch alarms name no source when they use a key. They reach it through the topic only, and its policy
 * lets in the alarms of this deployment and no others.
 */
export function allowAlarms(key: Key): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowAlarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
    }),
  );
}

/** CloudWatch Logs sends no source account; it names the log group as the encryption context instead. */
export function allowLogGroups(key: Key, { settings: { region, account, id } }: Deployment): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowLogGroups',
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:log-group:/cxai/${id}/*`,
        },
      },
    }),
  );
}

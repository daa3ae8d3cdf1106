/**
 * Managed policies for people and gateways, to be attached to identities that are not of this deployment: who drops
 * pictures reads none, who operates sees results and failures but no upload, who shares makes and ends links.
 */
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  dropPrefix,
  indexKey,
  manifestName,
  modelsPrefix,
  pendingPrefix,
} from '../../shared/manifest/keys.ts';
import { acknowledgeObjectPatterns } from './acknowledgements.ts';
import type { Deployment } from './deployment.ts';
import { bucketStatements, sendStatements, useKey } from './function-permissions.ts';
import type { WorkQueue } from './work-queue.ts';

type Part = 'uploader' | 'operator' | 'sharer';

function peoplePolicy(
  scope: Construct,
  deployment: Deployment,
  part: Part,
  description: string,
  statements: readonly PolicyStatement[],
): ManagedPolicy {
  const policy = new ManagedPolicy(scope, `${part}-policy`, {
    managedPolicyName: deployment.name(part),
    description,
    statements: [...statements],
  });
  acknowledgeObjectPatterns(policy, statements);
  return policy;
}

/** For the PACS gateway: uploads, in parts too (S3 asks for kms:Decrypt to put parts together), and reads nothing. */
export const uploaderPolicy = (scope: Construct, deployment: Deployment, key: IKey): ManagedPolicy =>
  peoplePolicy(scope, deployment, 'uploader', 'Drops pictures for CXAI and reads none', [
    new PolicyStatement({
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [`${deployment.bucketArn('drop')}/${dropPrefix}*`],
    }),
    useKey(key, 's3', ['kms:GenerateDataKey', 'kms:Decrypt']),
  ]);

export interface OperatorReach {
  readonly keys: { readonly results: IKey; readonly messages: IKey };
  readonly ingest: WorkQueue;
  /** The lanes and the catalog: their messages name runs, never files. */
  readonly unnamed: readonly WorkQueue[];
}

/** `cxai runs`, `show` and `redrive`. Dead letters of ingest, which name files, are counted only. */
export function operatorPolicy(
  scope: Construct,
  deployment: Deployment,
  { keys, ingest, unnamed }: OperatorReach,
): ManagedPolicy {
  const deadLetters = unnamed.map((work) => work.deadLetters);
  const arns = (queues: readonly IQueue[]) => queues.map(({ queueArn }) => queueArn);
  const queues = unnamed.map(({ queue }) => queue);
  return peoplePolicy(scope, deployment, 'operator', 'Reads results of CXAI and runs what failed again', [
    ...bucketStatements(deployment, 'results', keys.results, {
      read: [indexKey, 'index/*', `${modelsPrefix}*`, 'runs/*'],
      write: [`${pendingPrefix}*`, 'runs/*/sent'],
      remove: [`${pendingPrefix}*`, 'runs/*/sent', `runs/*/${manifestName}`, 'runs/*/methods/*'],
    }),
    new PolicyStatement({
      actions: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
      resources: arns([...queues, ...deadLetters, ingest.queue, ingest.deadLetters]),
    }),
    new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      resources: arns(deadLetters),
    }),
    ...sendStatements(keys.messages, ...queues),
  ]);
}

/** `cxai share`, `share list` and `share revoke`: the records of links, the key that signs them, and the deny-list. */
export const sharerPolicy = (
  scope: Construct,
  deployment: Deployment,
  { key, secret, storeArn }: { readonly key: IKey; readonly secret: ISecret; readonly storeArn: string },
): ManagedPolicy =>
  peoplePolicy(scope, deployment, 'sharer', 'Makes and revokes share links of CXAI', [
    ...bucketStatements(deployment, 'results', key, {
      read: [`runs/*/${manifestName}`, 'shares/*'],
      write: ['shares/*'],
    }),
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
    useKey(key, 'secretsmanager', ['kms:Decrypt']),
    new PolicyStatement({
      actions: ['cloudfront-keyvaluestore:DescribeKeyValueStore', 'cloudfront-keyvaluestore:PutKey'],
      resources: [storeArn],
    }),
  ]);

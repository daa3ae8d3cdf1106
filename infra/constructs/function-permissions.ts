/**
 * What each function may do, and nothing more: read from the use cases' own object keys.
 *
 * `s3:ListBucket` goes with every bucket that is read: without it S3 answers 403 for an object that is not
 * there, where the code waits for 404.
 */
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import {
  dropPrefix,
  indexKey,
  indexPagesPrefix,
  manifestName,
  modelsPrefix,
  pendingPrefix,
  receiptsPrefix,
} from '../../shared/manifest/keys.ts';
import { canaryModel, canaryRunPrefix } from '../../shared/pipeline/canary.ts';
import type { BucketName } from '../settings/bucket-name.ts';
import type { Data } from '../stacks/data-stack.ts';
import type { Deployment } from './deployment.ts';
import type { FunctionName } from './function-limits.ts';

interface ObjectAccess {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly remove?: readonly string[];
}

interface Access {
  readonly drop?: ObjectAccess;
  readonly results: ObjectAccess;
  readonly referenceKey?: 'read';
}

const everyRun = 'runs/*';
const canaryRun = `${canaryRunPrefix}*`;
const model = `${modelsPrefix}*`;
const pending = `${pendingPrefix}*`;
const receipt = `${receiptsPrefix}*`;
const indexPages = `${indexPagesPrefix}*`;
const manifest = `runs/*/${manifestName}`;

const starting = ['image.png', 'input.npy', 'model.json', 'plan.json', 'sent', manifestName].map(
  (name) => `runs/*/${name}`,
);

/** What ends a method or a run: shared by everything that can be the last to touch one. */
const finishing = { write: ['runs/*/methods/*', manifest], remove: [pending] } as const;

export const objectAccess: Readonly<Record<FunctionName, Access>> = {
  ingest: {
    drop: { read: [`${dropPrefix}*`, receipt], write: [receipt] },
    results: { read: [model, everyRun], write: [...starting, pending] },
    referenceKey: 'read',
  },
  explain: { results: { read: [model, everyRun], ...finishing } },
  catalog: { results: { read: [manifest, indexKey, indexPages], write: [indexKey, indexPages] } },
  finish: {
    drop: { read: [receipt], write: [receipt] },
    results: { read: [model, everyRun], ...finishing },
    referenceKey: 'read',
  },
  sweep: {
    results: { read: [model, everyRun], write: [...finishing.write, 'runs/*/sent'], remove: [pending] },
  },
  /** Its own uploads and receipts alone, nobody else's. */
  canary: {
    drop: { read: [`${receiptsPrefix}${canaryModel}/*`], write: [`${dropPrefix}${canaryModel}/*`] },
    results: { read: [`${canaryRun}/${manifestName}`], write: [] },
  },
};

export const needsReferenceKey = (name: FunctionName): boolean => objectAccess[name].referenceKey === 'read';

export interface FunctionQueues {
  readonly reads: readonly IQueue[];
  readonly sends: readonly IQueue[];
}

export function functionStatements(
  deployment: Deployment,
  name: FunctionName,
  { keys, referenceKey: secret }: Pick<Data, 'keys' | 'referenceKey'>,
  queues: FunctionQueues,
): PolicyStatement[] {
  const { drop, results, referenceKey } = objectAccess[name];
  return [
    ...bucketStatements(deployment, 'results', keys.results, results),
    ...(drop ? bucketStatements(deployment, 'drop', keys.identifiable, drop) : []),
    ...queueStatements(keys.messages, queues),
    ...(referenceKey
      ? [
          new PolicyStatement({
            actions: ['secretsmanager:GetSecretValue'],
            resources: [secret.secretArn],
          }),
          useKey(keys.identifiable, 'secretsmanager', ['kms:Decrypt']),
        ]
      : []),
  ];
}

/** Sends to these queues, and reads none. */
export const sendStatements = (key: IKey, ...sends: readonly IQueue[]): PolicyStatement[] =>
  queueStatements(key, { reads: [], sends });

/** A GPU worker does what explain does, on the gpu queue. */
export const workerStatements = (
  deployment: Deployment,
  { keys }: Pick<Data, 'keys'>,
  queue: IQueue,
): PolicyStatement[] => [
  ...bucketStatements(deployment, 'results', keys.results, objectAccess.explain.results),
  ...queueStatements(keys.messages, { reads: [queue], sends: [] }),
];

const studies = 'studies/*';

/** Starts array jobs: reads plans and which results there are, writes work lists. */
export const studyHandlerStatements = (
  deployment: Deployment,
  { keys, study }: Pick<Data, 'keys' | 'study'>,
  queue: IQueue,
): PolicyStatement[] => [
  ...(study
    ? bucketStatements(deployment, 'study', study.key, {
        read: ['studies/*/plan.json'],
        write: ['studies/*/arrays/*'],
      })
    : []),
  ...queueStatements(keys.messages, { reads: [queue], sends: [] }),
];

/** One job of a study. */
export const studyWorkerStatements = (
  deployment: Deployment,
  { study }: Pick<Data, 'study'>,
): PolicyStatement[] =>
  study
    ? bucketStatements(deployment, 'study', study.key, {
        read: [studies],
        write: ['results', 'weights', 'checkpoints'].map((name) => `studies/*/${name}/*`),
        remove: ['studies/*/checkpoints/*'],
      })
    : [];

/** Listing a bucket, and the objects of it that are read, written and removed, with the key of the bucket. */
export function bucketStatements(
  deployment: Deployment,
  name: BucketName,
  key: IKey,
  { read, write, remove = [] }: ObjectAccess,
): PolicyStatement[] {
  const bucket = deployment.bucketArn(name);
  const objects = (patterns: readonly string[]) => patterns.map((pattern) => `${bucket}/${pattern}`);
  return [
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket] }),
    new PolicyStatement({ actions: ['s3:GetObject'], resources: objects(read) }),
    ...(write.length > 0
      ? [new PolicyStatement({ actions: ['s3:PutObject'], resources: objects(write) })]
      : []),
    ...(remove.length > 0
      ? [new PolicyStatement({ actions: ['s3:DeleteObject'], resources: objects(remove) })]
      : []),
    useKey(key, 's3', ['kms:Decrypt', ...(write.length > 0 ? ['kms:GenerateDataKey'] : [])]),
  ];
}

function queueStatements(key: IKey, { reads, sends }: FunctionQueues): PolicyStatement[] {
  if (reads.length + sends.length === 0) return [];
  return [
    ...(reads.length > 0
      ? [
          new PolicyStatement({
            actions: [
              'sqs:ReceiveMessage',
              'sqs:DeleteMessage',
              'sqs:ChangeMessageVisibility',
              'sqs:GetQueueAttributes',
            ],
            resources: reads.map((queue) => queue.queueArn),
          }),
        ]
      : []),
    ...(sends.length > 0
      ? [
          new PolicyStatement({
            actions: ['sqs:SendMessage'],
            resources: sends.map((queue) => queue.queueArn),
          }),
        ]
      : []),
    useKey(key, 'sqs', ['kms:Decrypt', ...(sends.length > 0 ? ['kms:GenerateDataKey'] : [])]),
  ];
}

/** A key only through the service that holds the data: never to decrypt something carried away. */
export function useKey(key: IKey, service: string, actions: string[]): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${key.stack.region}.amazonaws.com` } },
  });
}

/**
 * A queue with its dead-letter queue. Visibility is six times the timeout of the function that reads it, as
 * the event source needs; dead letters stay 14 days, the longest SQS keeps any, because a message's age
 * counts from when it was first sent. Delivered five times in vain, a message is a dead letter.
 */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

export const maxReceiveCount = 5;
const visibilityFactor = 6;

export interface WorkQueueOptions {
  readonly key: IKey;
  /** Timeout of whoever reads the queue. */
  readonly timeoutSeconds: number;
  /** Timeout of whoever reads the dead letters. */
  readonly deadLetterTimeoutSeconds: number;
}

export interface WorkQueue {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

export function workQueue(
  scope: Construct,
  deployment: Deployment,
  name: string,
  { key, timeoutSeconds, deadLetterTimeoutSeconds }: WorkQueueOptions,
): WorkQueue {
  const deadLetters = deadLetterQueue(scope, deployment, name, {
    key,
    timeoutSeconds: deadLetterTimeoutSeconds,
  });
  const queue = new Queue(scope, `${name}-queue`, {
    ...common(deployment.name(name), key, timeoutSeconds),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount },
  });
  return { name, queue, deadLetters };
}

export function deadLetterQueue(
  scope: Construct,
  deployment: Deployment,
  name: string,
  { key, timeoutSeconds }: { readonly key: IKey; readonly timeoutSeconds: number },
): Queue {
  return new Queue(scope, `${name}-dead-letters`, {
    ...common(deployment.name(`${name}-dead-letters`), key, timeoutSeconds),
    retentionPeriod: Duration.days(14),
  });
}

const common = (queueName: string, key: IKey, timeoutSeconds: number) => ({
  queueName,
  encryption: QueueEncryption.KMS,
  encryptionMasterKey: key,
  dataKeyReuse: Duration.minutes(5),
  enforceSSL: true,
  visibilityTimeout: Duration.seconds(visibilityFactor * timeoutSeconds),
  receiveMessageWaitTime: Duration.seconds(20),
});

/**
 * Works a queue off, one message at a time, until it has stayed empty for a while or the worker is told to
 * leave (SIGTERM: a spot instance is taken back). The task under way is finished, the rest stays in the queue.
 *
 * While a task runs its message stays hidden by being extended, so that a lost worker gives it back soon. A
 * task that takes longer than `taskSeconds` hangs: the worker leaves, and the message comes back by itself.
 */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { TransientFault } from '../../shared/errors.ts';

export interface DrainOptions {
  readonly queueUrl: string;
  /** How long a message stays hidden without being extended. */
  readonly visibilitySeconds: number;
  /** Longest a task may take. */
  readonly taskSeconds: number;
  /** The worker leaves once the queue has been empty for this long. */
  readonly idleSeconds: number;
  /** A failed message comes back after this. */
  readonly retrySeconds: number;
  readonly handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
  readonly signal: AbortSignal;
}

export interface DrainReport {
  readonly handled: number;
  readonly failed: number;
}

const longestPollSeconds = 20;

export async function drainQueue(sqs: SQSClient, options: DrainOptions): Promise<DrainReport> {
  const report = { handled: 0, failed: 0 };
  let idleSince = performance.now();
  while (!options.signal.aborted) {
    const message = await receive(sqs, options);
    if (message) {
      report[await work(sqs, options, message)] += 1;
      idleSince = performance.now();
    } else if (performance.now() - idleSince >= options.idleSeconds * 1000) {
      break;
    }
  }
  return report;
}

async function receive(sqs: SQSClient, options: DrainOptions): Promise<Message | undefined> {
  const request = new ReceiveMessageCommand({
    QueueUrl: options.queueUrl,
    MaxNumberOfMessages: 1,
    VisibilityTimeout: options.visibilitySeconds,
    WaitTimeSeconds: Math.min(longestPollSeconds, Math.max(1, Math.floor(options.idleSeconds))),
    MessageSystemAttributeNames: ['All'],
  });
  try {
    return (await sqs.send(request, { abortSignal: options.signal })).Messages?.[0];
  } catch (error) {
    if (options.signal.aborted) return undefined;
    throw error;
  }
}

async function work(sqs: SQSClient, options: DrainOptions, message: Message): Promise<'handled' | 'failed'> {
  const receipt = { QueueUrl: options.queueUrl, ReceiptHandle: message.ReceiptHandle };
  const hide = (seconds: number) =>
    sqs.send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: seconds }));
  const extending = setInterval(
    () => void hide(options.visibilitySeconds).catch(() => undefined),
    (options.visibilitySeconds * 1000) / 3,
  );
  try {
    const { batchItemFailures } = await withinTime(options, options.handle({ Records: [recordOf(message)] }));
    clearInterval(extending);
    if (batchItemFailures.length > 0) {
      await hide(options.retrySeconds);
      return 'failed';
    }
    await sqs.send(new DeleteMessageCommand(receipt));
    return 'handled';
  } finally {
    clearInterval(extending);
  }
}

async function withinTime<T>({ taskSeconds }: DrainOptions, task: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `gpu worker: expected an answer within ${taskSeconds} s, got none`;
      reject(new TransientFault(message, { code: 'task-hangs' }));
    }, taskSeconds * 1000);
  });
  return Promise.race([task, expired]).finally(() => clearTimeout(timer));
}

function recordOf(message: Message): SQSRecord {
  return {
    messageId: message.MessageId!,
    receiptHandle: message.ReceiptHandle!,
    body: message.Body!,
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}

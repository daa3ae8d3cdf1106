/**
 * Lambda's SQS event source mapping, played locally: long-polls a queue, invokes a function with batches,
 * deletes what succeeded and honours `batchItemFailures`. A failed or lost invocation leaves its messages in
 * the queue; they come back after a growing delay instead of the whole visibility timeout.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { retryDelay } from '../common/retry-delay.ts';

export interface EventSourceOptions {
  readonly queueUrl: string;
  readonly batchSize: number;
  /** Invocations at a time. */
  readonly concurrency: number;
  readonly retryDelaySeconds: number;
  /** Visibility timeout of the queue: renewed at half time as long as an invocation runs. */
  readonly visibilitySeconds: number;
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Told after each batch, with the records that succeeded. */
  readonly onHandled?: (records: readonly SQSRecord[]) => void;
}

export interface EventSource {
  /** Stops polling; resolves when the invocations under way have ended. */
  stop(): Promise<void>;
}

export function startEventSource(sqs: SQSClient, options: EventSourceOptions): EventSource {
  const stopping = new AbortController();
  const loops = Array.from({ length: options.concurrency }, () => poll(sqs, options, stopping.signal));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function poll(sqs: SQSClient, options: EventSourceOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: options.queueUrl,
          MaxNumberOfMessages: options.batchSize,
          WaitTimeSeconds: 20,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: signal },
      );
      if (Messages.length > 0) await handle(sqs, options, Messages);
    } catch {
      // The queue did not answer (a restart, a dropped connection): nothing is lost, ask again shortly.
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function handle(sqs: SQSClient, options: EventSourceOptions, messages: Message[]): Promise<void> {
  const records = messages.map((message) => toRecord(message, options.queueUrl));
  const heartbeat = setInterval(
    () => void extend(sqs, options, records).catch(() => undefined),
    options.visibilitySeconds * 500,
  );
  const failed = await failures(options, records).finally(() => clearInterval(heartbeat));
  const succeeded = records.filter(({ messageId }) => !failed.has(messageId));
  if (succeeded.length > 0) {
    await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: options.queueUrl, Entries: succeeded.map(handleOf) }),
    );
    options.onHandled?.(succeeded);
  }
  const again = records.filter(({ messageId }) => failed.has(messageId));
  if (again.length === 0) return;
  await setVisibility(sqs, options, again, (record) => delayFor(record, options.retryDelaySeconds));
}

function extend(sqs: SQSClient, options: EventSourceOptions, records: SQSRecord[]): Promise<void> {
  return setVisibility(sqs, options, records, () => options.visibilitySeconds);
}

async function setVisibility(
  sqs: SQSClient,
  { queueUrl }: EventSourceOptions,
  records: SQSRecord[],
  seconds: (record: SQSRecord) => number,
): Promise<void> {
  await sqs.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: records.map((record, index) => ({
        ...handleOf(record, index),
        VisibilityTimeout: seconds(record),
      })),
    }),
  );
}

/** Ids of the messages that must come again: those reported, or all where the invocation itself failed. */
async function failures(options: EventSourceOptions, records: SQSRecord[]): Promise<Set<string>> {
  try {
    const response = (await options.invoke({ Records: records })) as SQSBatchResponse | null | undefined;
    return new Set((response?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  } catch {
    return new Set(records.map(({ messageId }) => messageId));
  }
}

const handleOf = ({ receiptHandle }: SQSRecord, index: number) => ({
  Id: String(index),
  ReceiptHandle: receiptHandle,
});

/** The first comes back after `first` seconds, the next after twice as many. */
const delayFor = ({ attributes }: SQSRecord, first: number): number =>
  retryDelay(Number(attributes.ApproximateReceiveCount), { baseSeconds: first / 2, mostSeconds: 900 });

function toRecord(message: Message, queueUrl: string): SQSRecord {
  return {
    messageId: message.MessageId!,
    receiptHandle: message.ReceiptHandle!,
    body: message.Body ?? '',
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:local:000000000000:${queueUrl.split('/').at(-1)}`,
    awsRegion: 'local',
  };
}

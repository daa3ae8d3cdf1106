/**
 * What lies in the dead-letter queues. `finish` drains them within seconds and ends each method or file as
 * failed, so what stays means that `finish` itself fails, or is a queue that nobody drains (catalog, sweep).
 */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { TransientFault } from '../../shared/errors.ts';

/** Queues of the pipeline with dead letters; a hospital without a gpu lane lacks that one. */
export const deadLetterSources = ['ingest', 'cpu', 'gpu', 'catalog'] as const;
export type DeadLetterSource = (typeof deadLetterSources)[number];

export interface DeadLetterCount {
  readonly queue: DeadLetterSource;
  readonly messages: number;
}

/** Address of a queue by its name without the installation's; undefined where there is none. */
export async function queueUrl(
  sqs: SQSClient,
  installation: string,
  name: string,
): Promise<string | undefined> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `${installation}-${name}` }));
    return QueueUrl;
  } catch (cause) {
    if (/NonExistentQueue|QueueDoesNotExist/.test((cause as Error).name)) return undefined;
    throw new TransientFault(`queue ${name}: expected an answer, got ${(cause as Error).name}`, {
      code: 'queue-unavailable',
      cause,
    });
  }
}

export async function countDeadLetters(sqs: SQSClient, installation: string): Promise<DeadLetterCount[]> {
  const counts = await Promise.all(
    deadLetterSources.map(async (queue) => {
      const url = await queueUrl(sqs, installation, `${queue}-dead-letters`);
      if (!url) return [];
      const attribute = 'ApproximateNumberOfMessages';
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [attribute] }),
      );
      return [{ queue, messages: Number(Attributes?.[attribute] ?? 0) }];
    }),
  );
  return counts.flat();
}

/**
 * Sends every dead letter of a queue back to it, each removed once it is sent: a crash in between leaves a
 * duplicate, which changes nothing. Returns how many went back.
 */
export async function returnDeadLetters(
  sqs: SQSClient,
  installation: string,
  queue: DeadLetterSource,
): Promise<number> {
  const from = await queueUrl(sqs, installation, `${queue}-dead-letters`);
  const to = await queueUrl(sqs, installation, queue);
  if (!from || !to) return 0;
  let count = 0;
  for (let messages = await receive(sqs, from); messages.length > 0; messages = await receive(sqs, from)) {
    for (const message of messages) {
      await sqs.send(new SendMessageCommand({ QueueUrl: to, ...contents(message) }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle: message.ReceiptHandle }));
      count += 1;
    }
  }
  return count;
}

async function receive(sqs: SQSClient, queue: string): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      VisibilityTimeout: 60,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['MessageGroupId'],
    }),
  );
  return Messages;
}

const contents = ({ Body, MessageAttributes, Attributes }: Message) => ({
  MessageBody: Body,
  ...(MessageAttributes ? { MessageAttributes } : {}),
  ...(Attributes?.MessageGroupId ? { MessageGroupId: Attributes.MessageGroupId } : {}),
});

/** ReceiveMessage, DeleteMessage, ChangeMessageVisibility and their batches. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Action, action, queueUrl } from './action.ts';
import { batchEntryId, performBatch } from './batch.ts';
import { attributesMd5, type MessageAttributes, selectAttributes } from './message-attributes.ts';
import { type Message, writeHandle } from './message-store.ts';
import { numericAttribute } from './queue-attributes.ts';
import type { Queue } from './queue-store.ts';

const handle = z.string().min(1);
const visibility = z.int().min(0).max(43_200);
const names = z.array(z.string()).default([]);

const receiveMessage = action(
  z.strictObject({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: z.int().min(1).max(10).default(1),
    VisibilityTimeout: visibility.optional(),
    WaitTimeSeconds: z.int().min(0).max(20).optional(),
    MessageAttributeNames: names,
    MessageSystemAttributeNames: names,
    AttributeNames: names,
  }),
  async (input, { cloud, receiver, signal }) => {
    const queue = cloud.queues.requireUrl(input.QueueUrl);
    const messages = await receiver.receive(queue, {
      limit: input.MaxNumberOfMessages,
      visibilitySeconds: input.VisibilityTimeout ?? numericAttribute(queue.attributes, 'VisibilityTimeout'),
      waitSeconds:
        input.WaitTimeSeconds ?? numericAttribute(queue.attributes, 'ReceiveMessageWaitTimeSeconds'),
      signal,
    });
    const system = [...input.MessageSystemAttributeNames, ...input.AttributeNames];
    const shown = messages.map((message) => show(queue, message, system, input.MessageAttributeNames));
    return shown.length === 0 ? {} : { Messages: shown };
  },
);

const deleteMessage = action(
  z.strictObject({ QueueUrl: queueUrl, ReceiptHandle: handle }),
  ({ QueueUrl, ReceiptHandle }, { cloud }) => {
    cloud.messages.delete(cloud.queues.requireUrl(QueueUrl), ReceiptHandle);
    return {};
  },
);

const deleteMessageBatch = action(
  z.strictObject({
    QueueUrl: queueUrl,
    Entries: z.array(z.strictObject({ Id: batchEntryId, ReceiptHandle: handle })),
  }),
  ({ QueueUrl, Entries }, { cloud }) => {
    const queue = cloud.queues.requireUrl(QueueUrl);
    return cloud.database.transaction(() =>
      performBatch(Entries, ({ ReceiptHandle }) => {
        cloud.messages.delete(queue, ReceiptHandle);
        return {};
      }),
    );
  },
);

const changeMessageVisibility = action(
  z.strictObject({ QueueUrl: queueUrl, ReceiptHandle: handle, VisibilityTimeout: visibility }),
  ({ QueueUrl, ReceiptHandle, VisibilityTimeout }, { cloud }) => {
    cloud.messages.changeVisibility(cloud.queues.requireUrl(QueueUrl), ReceiptHandle, VisibilityTimeout);
    return {};
  },
);

const changeMessageVisibilityBatch = action(
  z.strictObject({
    QueueUrl: queueUrl,
    Entries: z.array(
      z.strictObject({ Id: batchEntryId, ReceiptHandle: handle, VisibilityTimeout: visibility }),
    ),
  }),
  ({ QueueUrl, Entries }, { cloud }) => {
    const queue = cloud.queues.requireUrl(QueueUrl);
    return performBatch(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
      cloud.messages.changeVisibility(queue, ReceiptHandle, VisibilityTimeout);
      return {};
    });
  },
);

export const receiveActions: Readonly<Record<string, Action>> = {
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
};

function show(
  queue: Queue,
  message: Message,
  systemNames: readonly string[],
  attributeNames: readonly string[],
): object {
  const all: MessageAttributes = JSON.parse(message.attributes);
  const attributes = selectAttributes(all, attributeNames);
  const system = selectAttributes(systemAttributes(queue, message), systemNames);
  return {
    MessageId: message.id,
    ReceiptHandle: writeHandle(message),
    Body: message.body,
    MD5OfBody: createHash('md5').update(message.body).digest('hex'),
    MD5OfMessageAttributes: attributesMd5(attributes),
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes } : {}),
    ...(Object.keys(system).length > 0 ? { Attributes: system } : {}),
  };
}

function systemAttributes(queue: Queue, message: Message): Record<string, string> {
  const optional = {
    MessageGroupId: message.group_id || null,
    MessageDeduplicationId: message.deduplication_id,
    SequenceNumber: queue.isFifo ? String(message.sequence).padStart(20, '0') : null,
    AWSTraceHeader: message.trace,
    DeadLetterQueueSourceArn: message.dead_letter_source,
  };
  const present = Object.entries(optional).filter((pair): pair is [string, string] => pair[1] !== null);
  return {
    SenderId: message.sender,
    SentTimestamp: String(message.sent),
    ApproximateReceiveCount: String(message.receive_count),
    ApproximateFirstReceiveTimestamp: String(message.received),
    ...Object.fromEntries(present),
  };
}

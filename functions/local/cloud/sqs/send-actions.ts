/** SendMessage and SendMessageBatch. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ACCOUNT } from '../account.ts';
import type { Cloud } from '../cloud.ts';
import { ServiceError } from '../service-error.ts';
import { type Action, action, queueUrl } from './action.ts';
import { batchEntryId, performBatch } from './batch.ts';
import { attributesMd5, attributesSize, messageAttribute } from './message-attributes.ts';
import { contentDeduplicationId, type Outgoing } from './message-store.ts';
import { MESSAGE_BYTES, numericAttribute } from './queue-attributes.ts';
import type { Queue } from './queue-store.ts';
import { invalidParameter } from './sqs-error.ts';

const entry = {
  MessageBody: z.string().min(1),
  DelaySeconds: z.int().min(0).max(900).optional(),
  MessageAttributes: z.record(z.string().regex(/^[A-Za-z0-9_.-]{1,256}$/), messageAttribute).default({}),
  MessageSystemAttributes: z.strictObject({ AWSTraceHeader: messageAttribute.optional() }).default({}),
  MessageGroupId: z
    .string()
    .regex(/^[!-~]{1,128}$/)
    .optional(),
  MessageDeduplicationId: z
    .string()
    .regex(/^[!-~]{1,128}$/)
    .optional(),
};
const message = z.strictObject({ QueueUrl: queueUrl, ...entry });
const batch = z.strictObject({
  QueueUrl: queueUrl,
  Entries: z.array(z.strictObject({ Id: batchEntryId, ...entry })),
});
type Entry = Omit<z.output<typeof message>, 'QueueUrl'>;

const sendMessage = action(message, ({ QueueUrl, ...rest }, { cloud }) =>
  send(cloud, cloud.queues.requireUrl(QueueUrl), rest),
);

const sendMessageBatch = action(batch, ({ QueueUrl, Entries }, { cloud }) => {
  const queue = cloud.queues.requireUrl(QueueUrl);
  const total = Entries.reduce((sum, one) => sum + sizeOf(one), 0);
  if (total > MESSAGE_BYTES) {
    const message = `Batch requests cannot be longer than ${MESSAGE_BYTES} bytes.`;
    throw new ServiceError(400, 'BatchRequestTooLong', message);
  }
  return cloud.database.transaction(() => performBatch(Entries, (one) => send(cloud, queue, one)));
});

export const sendActions: Readonly<Record<string, Action>> = {
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
};

function send(cloud: Cloud, queue: Queue, sent: Entry): object {
  const { MessageBody: body, MessageAttributes: attributes } = sent;
  checkContents(queue, sent);
  const trace = sent.MessageSystemAttributes.AWSTraceHeader;
  const { id, sequence } = cloud.messages.send(queue, {
    body,
    attributes,
    sender: ACCOUNT,
    traceHeader: trace?.StringValue,
    ...(sent.DelaySeconds === undefined ? {} : { delayMilliseconds: sent.DelaySeconds * 1000 }),
    ...grouping(queue, sent),
  });
  return {
    MessageId: id,
    MD5OfMessageBody: createHash('md5').update(body).digest('hex'),
    MD5OfMessageAttributes: attributesMd5(attributes),
    MD5OfMessageSystemAttributes: trace && attributesMd5({ AWSTraceHeader: trace }),
    ...(queue.isFifo ? { SequenceNumber: String(sequence).padStart(20, '0') } : {}),
  };
}

function grouping(queue: Queue, sent: Entry): Pick<Outgoing, 'groupId' | 'deduplicationId'> {
  const { MessageGroupId: groupId, MessageDeduplicationId: given } = sent;
  if (!queue.isFifo) {
    if (given !== undefined) throw invalidParameter('MessageDeduplicationId is only valid for a FIFO queue.');
    return { groupId };
  }
  if (groupId === undefined) {
    const message = 'The request must contain the parameter MessageGroupId.';
    throw new ServiceError(400, 'MissingParameter', message);
  }
  if (sent.DelaySeconds !== undefined)
    throw invalidParameter('DelaySeconds of a message is not supported for a FIFO queue.');
  const isContentBased = queue.attributes.ContentBasedDeduplication === 'true';
  const deduplicationId = given ?? (isContentBased ? contentDeduplicationId(sent.MessageBody) : undefined);
  if (deduplicationId === undefined)
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided.',
    );
  return { groupId, deduplicationId };
}

function checkContents(queue: Queue, sent: Entry): void {
  if (Object.keys(sent.MessageAttributes).length > 10)
    throw invalidParameter('Number of message attributes exceeds the allowed maximum 10.');
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(sent.MessageAttributes)) {
    const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
    if (value === undefined)
      throw invalidParameter(`The message attribute ${name} must contain a non-empty value.`);
  }
  // XML 1.0 characters, as SQS allows them.
  if (!/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u.test(sent.MessageBody))
    throw new ServiceError(
      400,
      'InvalidMessageContents',
      'The message contains characters outside the allowed set.',
    );
  const limit = numericAttribute(queue.attributes, 'MaximumMessageSize');
  if (sizeOf(sent) > limit)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
}

function sizeOf(sent: Entry): number {
  return Buffer.byteLength(sent.MessageBody) + attributesSize(sent.MessageAttributes);
}

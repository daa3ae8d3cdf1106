import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { failureOf, newQueue, receive, sleep, type TestQueue, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();
const send = (queue: TestQueue, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  fixture.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, ...more }));
const remove = (queue: TestQueue, ReceiptHandle: string | undefined) =>
  fixture.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
const hide = (queue: TestQueue, ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  fixture.sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout }),
  );
const counts = async (queue: TestQueue) => {
  const AttributeNames = ['All' as const];
  const { Attributes } = await fixture.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames }),
  );
  return ['', 'NotVisible', 'Delayed'].map((kind) =>
    Number(Attributes![`ApproximateNumberOfMessages${kind}` as never]),
  );
};
const bodies = async (queue: TestQueue, options: object = {}) =>
  (await receive(fixture.sqs, queue, options)).map(({ Body }) => Body);

describe.concurrent('a message', () => {
  it('arrives with its body, its attributes and its history', async () => {
    const queue = await newQueue(fixture.sqs);
    const MessageAttributes = {
      method: { DataType: 'String', StringValue: 'ig' },
      steps: { DataType: 'Number.int', StringValue: '50' },
      seed: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
    };
    const MessageSystemAttributes = {
      AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793' },
    };
    const before = Date.now();
    const sent = await send(queue, 'tëxt <&> 🩻\n', {
      MessageAttributes,
      MessageSystemAttributes,
      MessageGroupId: 'g1',
    });
    const [message] = await receive(fixture.sqs, queue);
    expect(message).toMatchObject({ Body: 'tëxt <&> 🩻\n', MessageId: sent.MessageId });
    expect(message!.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message!.MessageAttributes!.seed!.BinaryValue).toEqual(new Uint8Array([0, 255]));
    expect(message!.MessageAttributes!.steps!.StringValue).toBe('50');
    expect(message!.Attributes).toEqual({
      SenderId: '000000000000',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      MessageGroupId: 'g1',
      AWSTraceHeader: MessageSystemAttributes.AWSTraceHeader.StringValue,
    });
    expect(Number(message!.Attributes!.SentTimestamp)).toBeGreaterThanOrEqual(before);
  });

  it('shows only the attributes that were asked for', async () => {
    const queue = await newQueue(fixture.sqs, { VisibilityTimeout: '0' });
    const text = { DataType: 'String', StringValue: 'x' };
    await send(queue, 'x', { MessageAttributes: { 'run.id': text, 'run.model': text, other: text } });
    const names = async (MessageAttributeNames: string[]) => {
      const [message] = await receive(fixture.sqs, queue, {
        MessageAttributeNames,
        MessageSystemAttributeNames: [],
      });
      expect(message!.Attributes).toBeUndefined();
      return Object.keys(message!.MessageAttributes ?? {});
    };
    expect(await names([])).toEqual([]);
    expect(await names(['other'])).toEqual(['other']);
    expect(await names(['run.*'])).toEqual(['run.id', 'run.model']);
  });

  it('is hidden while in flight, counted as such, and gone once deleted', async () => {
    const queue = await newQueue(fixture.sqs);
    await send(queue, 'x');
    await send(queue, 'later', { DelaySeconds: 900 });
    expect(await counts(queue)).toEqual([1, 0, 1]);
    const [message] = await receive(fixture.sqs, queue);
    expect(await bodies(queue)).toEqual([]);
    expect(await counts(queue)).toEqual([0, 1, 1]);
    await remove(queue, message!.ReceiptHandle);
    expect(await counts(queue)).toEqual([0, 0, 1]);
    await remove(queue, message!.ReceiptHandle);
  });

  it('comes back after its visibility timeout, later where that was extended, at once where set to 0', async () => {
    const queue = await newQueue(fixture.sqs, { VisibilityTimeout: '2' });
    await send(queue, 'x');
    const [first] = await receive(fixture.sqs, queue);
    const extended = performance.now();
    await hide(queue, first!.ReceiptHandle, 4);
    const [second] = await receive(fixture.sqs, queue, { WaitTimeSeconds: 20 });
    expect(performance.now() - extended).toBeGreaterThan(3950);
    expect(performance.now() - extended).toBeLessThan(14_000);
    expect(second!.Attributes!.ApproximateReceiveCount).toBe('2');
    await hide(queue, second!.ReceiptHandle, 0);
    const [third] = await receive(fixture.sqs, queue);
    expect(third!.Attributes!.ApproximateReceiveCount).toBe('3');
  });

  it('obeys its latest receipt only', async () => {
    const queue = await newQueue(fixture.sqs);
    await send(queue, 'x');
    const [stale] = await receive(fixture.sqs, queue, { VisibilityTimeout: 0 });
    const [fresh] = await receive(fixture.sqs, queue);
    await remove(queue, stale!.ReceiptHandle);
    expect(await counts(queue)).toEqual([0, 1, 0]);
    expect(await failureOf(hide(queue, stale!.ReceiptHandle, 60))).toBe('400 MessageNotInflight');
    await remove(queue, fresh!.ReceiptHandle);
    expect(await counts(queue)).toEqual([0, 0, 0]);
    expect(await failureOf(remove(queue, 'invented'))).toBe('400 ReceiptHandleIsInvalid');
    const elsewhere = await newQueue(fixture.sqs);
    expect(await failureOf(remove(elsewhere, fresh!.ReceiptHandle))).toBe('400 ReceiptHandleIsInvalid');
  });

  it('waits for its delay, or for that of its queue', async () => {
    const queue = await newQueue(fixture.sqs, { DelaySeconds: '900' });
    await send(queue, 'as the queue says');
    await send(queue, 'now', { DelaySeconds: 0 });
    await send(queue, 'soon', { DelaySeconds: 1 });
    expect(await bodies(queue)).toEqual(['now']);
    expect(await bodies(queue, { WaitTimeSeconds: 3 })).toEqual(['soon']);
  });

  it('may have 1 MiB with its attributes and not a byte more', async () => {
    const queue = await newQueue(fixture.sqs);
    await send(queue, 'x'.repeat(2 ** 20));
    expect(await failureOf(send(queue, 'x'.repeat(2 ** 20 + 1)))).toBe('400 InvalidParameterValue');
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'v' } };
    const body = 'x'.repeat(2 ** 20 - 8);
    await send(queue, body, { MessageAttributes });
    expect(await failureOf(send(queue, `${body}x`, { MessageAttributes }))).toBe('400 InvalidParameterValue');
    const small = await newQueue(fixture.sqs, { MaximumMessageSize: '1024' });
    expect(await failureOf(send(small, 'x'.repeat(1025)))).toBe('400 InvalidParameterValue');
  });

  it('may hold only characters of XML', async () => {
    const queue = await newQueue(fixture.sqs);
    expect(await failureOf(send(queue, 'bell \u0007'))).toBe('400 InvalidMessageContents');
    expect(await failureOf(send(queue, ''))).toBe('400 InvalidParameterValue');
  });

  it('is purged with its queue', async () => {
    const queue = await newQueue(fixture.sqs);
    await send(queue, 'x');
    await receive(fixture.sqs, queue);
    await send(queue, 'y');
    await fixture.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    expect(await counts(queue)).toEqual([0, 0, 0]);
  });
});

describe('batches', () => {
  it('succeed and fail entry by entry', async () => {
    const queue = await newQueue(fixture.sqs, { MaximumMessageSize: '1024' });
    const QueueUrl = queue.url;
    const Entries = ['a', 'x'.repeat(1025), 'c'].map((MessageBody, i) => ({ Id: `e${i}`, MessageBody }));
    const sent = await fixture.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful!.map(({ Id }) => Id)).toEqual(['e0', 'e2']);
    expect(sent.Failed).toMatchObject([{ Id: 'e1', SenderFault: true, Code: 'InvalidParameterValue' }]);
    const messages = await receive(fixture.sqs, queue);
    expect(messages.map(({ Body }) => Body)).toEqual(['a', 'c']);
    const [a, c] = messages.map(({ ReceiptHandle }) => ReceiptHandle);
    const hidden = [
      { Id: 'c', ReceiptHandle: c, VisibilityTimeout: 0 },
      { Id: 'd', ReceiptHandle: 'invented', VisibilityTimeout: 0 },
    ];
    const changed = await fixture.sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: hidden }),
    );
    expect(changed.Failed).toMatchObject([{ Id: 'd', Code: 'ReceiptHandleIsInvalid' }]);
    expect(await counts(queue)).toEqual([1, 1, 0]);
    const gone = [{ Id: 'a', ReceiptHandle: a }];
    const deleted = await fixture.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: gone }));
    expect(deleted.Successful).toEqual([{ Id: 'a' }]);
    expect(await counts(queue)).toEqual([1, 0, 0]);
  });

  it('hold 1 to 10 entries with distinct ids and 1 MiB in all', async () => {
    const { url: QueueUrl } = await newQueue(fixture.sqs);
    const outcome = (Entries: { Id: string; MessageBody: string }[]) =>
      failureOf(fixture.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
    const entries = (count: number, MessageBody = 'x') =>
      Array.from({ length: count }, (_, i) => ({ Id: `e${i}`, MessageBody }));
    expect(await outcome([])).toBe('400 EmptyBatchRequest');
    expect(await outcome(entries(11))).toBe('400 TooManyEntriesInBatchRequest');
    expect(await outcome([...entries(1), ...entries(1)])).toBe('400 BatchEntryIdsNotDistinct');
    expect(await outcome([{ Id: 'a b', MessageBody: 'x' }])).toBe('400 InvalidBatchEntryId');
    expect(await outcome(entries(2, 'x'.repeat(2 ** 19 + 1)))).toBe('400 BatchRequestTooLong');
    expect(await outcome(entries(10))).toBe('no failure');
  });
});

describe.concurrent('long polls', () => {
  it('wake when a message is sent', async () => {
    const queue = await newQueue(fixture.sqs);
    const waiting = receive(fixture.sqs, queue, { WaitTimeSeconds: 20 });
    await sleep(200);
    const start = performance.now();
    await send(queue, 'x');
    expect((await waiting).map(({ Body }) => Body)).toEqual(['x']);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('hand one message to one of many that wait', async () => {
    const queue = await newQueue(fixture.sqs);
    const waiting = Array.from({ length: 8 }, () => bodies(queue, { WaitTimeSeconds: 1 }));
    await sleep(100);
    await send(queue, 'only');
    expect((await Promise.all(waiting)).flat()).toEqual(['only']);
  });

  it('end empty after their time, that of the queue where none is given', async () => {
    const queue = await newQueue(fixture.sqs, { ReceiveMessageWaitTimeSeconds: '1' });
    const start = performance.now();
    expect(await bodies(queue)).toEqual([]);
    const waited = performance.now() - start;
    expect(waited).toBeGreaterThan(950);
    expect(waited).toBeLessThan(10_000);
  });

  it('take nothing for a client that has left', async () => {
    const queue = await newQueue(fixture.sqs);
    const leaving = new AbortController();
    const { sqs } = fixture;
    const waiting = sqs
      .send(new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 10 }), {
        abortSignal: leaving.signal,
      })
      .catch((error: Error) => error.name);
    await sleep(200);
    leaving.abort();
    expect(await waiting).toBe('AbortError');
    await sleep(100);
    await send(queue, 'x');
    expect(await counts(queue)).toEqual([1, 0, 0]);
  });
});

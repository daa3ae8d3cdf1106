/** Queues themselves, FIFO order, fair groups, dead letters and their way back. */
import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { failureOf, newQueue, receive, type TestQueue, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();
const send = (queue: TestQueue, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  fixture.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, ...more }));
const remove = (queue: TestQueue, ReceiptHandle: string | undefined) =>
  fixture.sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
const bodies = async (queue: TestQueue, options: object = {}) =>
  (await receive(fixture.sqs, queue, options)).map(({ Body }) => Body);
const attributes = async ({ url: QueueUrl }: TestQueue) =>
  (await fixture.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes!;
const redriveTo = (target: TestQueue, maxReceiveCount: number) =>
  JSON.stringify({ deadLetterTargetArn: target.arn, maxReceiveCount });

const moveTasks = async (SourceArn: string) =>
  (await fixture.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results!;

describe('queues', () => {
  it('are made once, found by name, listed and removed', async () => {
    const { sqs } = fixture;
    const make = (Attributes: Record<string, string>) =>
      sqs.send(new CreateQueueCommand({ QueueName: 'named-one', Attributes }));
    const { QueueUrl } = await make({ VisibilityTimeout: '60' });
    expect((await make({ VisibilityTimeout: '60', DelaySeconds: '0' })).QueueUrl).toBe(QueueUrl);
    expect(await failureOf(make({ VisibilityTimeout: '61' }))).toBe('400 QueueNameExists');
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'named-one' }))).QueueUrl).toBe(QueueUrl);
    await sqs.send(new CreateQueueCommand({ QueueName: 'named-two' }));
    const page = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'named-', MaxResults: 1 }));
    expect(page.QueueUrls).toEqual([QueueUrl]);
    const rest = await sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: 'named-', NextToken: page.NextToken }),
    );
    expect(rest.QueueUrls).toEqual([expect.stringMatching(/\/named-two$/)]);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    const found = sqs.send(new GetQueueUrlCommand({ QueueName: 'named-one' }));
    expect(await failureOf(found)).toBe('400 QueueDoesNotExist');
    const late = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    expect(await failureOf(late)).toBe('400 QueueDoesNotExist');
  });

  it('show their attributes with the defaults of SQS, and take changes', async () => {
    const queue = await newQueue(fixture.sqs);
    expect(await attributes(queue)).toMatchObject({
      QueueArn: queue.arn,
      VisibilityTimeout: '30',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
    });
    const set = (Attributes: Record<string, string>) =>
      fixture.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
    await set({ VisibilityTimeout: '7', KmsMasterKeyId: 'key-1' });
    expect(await attributes(queue)).toMatchObject({ VisibilityTimeout: '7', KmsMasterKeyId: 'key-1' });
    expect(await failureOf(set({ VisibilityTimeout: '43201' }))).toBe('400 InvalidAttributeValue');
    expect(await failureOf(set({ Invented: '1' }))).toBe('400 InvalidAttributeName');
    expect(await failureOf(set({ RedrivePolicy: '{' }))).toBe('400 InvalidParameterValue');
    expect(await failureOf(set({ RedrivePolicy: redriveTo({ arn: `${queue.arn}x`, url: '' }, 3) }))).toBe(
      '400 InvalidParameterValue',
    );
    expect(await failureOf(set({ RedrivePolicy: redriveTo(queue, 3) }))).toBe('400 InvalidParameterValue');
    expect(await failureOf(set({ Policy: '{}' }))).toBe('501 NotImplemented');
  });

  it('carry tags', async () => {
    const { sqs } = fixture;
    const { url: QueueUrl } = await newQueue(sqs);
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { cost: 'xai', stage: 'local' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['stage'] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ cost: 'xai' });
  });

  it('answer 501 to a parameter that would have no effect', async () => {
    const { url: QueueUrl } = await newQueue(fixture.sqs);
    const ReceiveRequestAttemptId = 'attempt';
    const call = fixture.sqs.send(new ReceiveMessageCommand({ QueueUrl, ReceiveRequestAttemptId }));
    expect(await failureOf(call)).toBe('501 NotImplemented');
  });
});

describe('FIFO queues', () => {
  const group = (MessageGroupId: string) => ({ MessageGroupId });

  it('drop a repeated message and give each group its order', async () => {
    const queue = await newQueue(fixture.sqs, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const first = await send(queue, '1', group('g'));
    const repeated = await send(queue, '1', group('g'));
    expect(repeated).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    await send(queue, '2', group('g'));
    await send(queue, '3', group('h'));
    const [one] = await receive(fixture.sqs, queue, { MaxNumberOfMessages: 1 });
    expect(one!.Body).toBe('1');
    expect(one!.Attributes).toMatchObject({ MessageGroupId: 'g', SequenceNumber: first.SequenceNumber });
    expect(await bodies(queue)).toEqual(['3']);
    expect(await bodies(queue)).toEqual([]);
    const next = bodies(queue, { WaitTimeSeconds: 5 });
    await remove(queue, one!.ReceiptHandle);
    expect(await next).toEqual(['2']);
  });

  it('put a message that comes back before the later ones of its group', async () => {
    const queue = await newQueue(fixture.sqs, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (const body of ['1', '2', '3']) await send(queue, body, group('g'));
    const [one] = await receive(fixture.sqs, queue, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 });
    expect(await bodies(queue)).toEqual(['1', '2', '3']);
    expect(await failureOf(remove(queue, one!.ReceiptHandle))).toBe('400 InvalidParameterValue');
  });

  it('ask for a group and a way to tell repeats', async () => {
    const queue = await newQueue(fixture.sqs, { FifoQueue: 'true' });
    expect(await failureOf(send(queue, 'x'))).toBe('400 MissingParameter');
    expect(await failureOf(send(queue, 'x', group('g')))).toBe('400 InvalidParameterValue');
    await send(queue, 'x', { ...group('g'), MessageDeduplicationId: 'd' });
    const standard = await newQueue(fixture.sqs);
    expect(await failureOf(send(standard, 'x', { MessageDeduplicationId: 'd' }))).toBe(
      '400 InvalidParameterValue',
    );
  });
});

describe('fair standard queues', () => {
  it('serve a small tenant before the rest of a bulk upload', async () => {
    const queue = await newQueue(fixture.sqs);
    for (let i = 0; i < 30; i++) await send(queue, `bulk ${i}`, { MessageGroupId: 'bulk' });
    expect(await bodies(queue)).toHaveLength(10);
    await send(queue, 'small 1', { MessageGroupId: 'small' });
    await send(queue, 'small 2', { MessageGroupId: 'small' });
    expect(await bodies(queue, { MaxNumberOfMessages: 3 })).toEqual(['small 1', 'small 2', 'bulk 10']);
  });

  it('pass over no group, however many there are', async () => {
    const queue = await newQueue(fixture.sqs);
    const sent = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (const body of sent) await send(queue, body, { MessageGroupId: `group-${body}` });
    const found: (string | undefined)[] = [];
    for (let i = 0; i < 5; i++) found.push(...(await bodies(queue)));
    expect([...found].sort()).toEqual([...sent].sort());
  });
});

describe('dead letters', () => {
  const poisoned = async () => {
    const dead = await newQueue(fixture.sqs);
    const source = await newQueue(fixture.sqs, { VisibilityTimeout: '0', RedrivePolicy: redriveTo(dead, 2) });
    await send(source, 'poison', { MessageGroupId: 'g' });
    const deliveries = [await bodies(source), await bodies(source), await bodies(source)];
    expect(deliveries).toEqual([['poison'], ['poison'], []]);
    return { dead, source };
  };

  it('are put aside after their last receive, and say where they came from', async () => {
    const { dead, source } = await poisoned();
    const [message] = await receive(fixture.sqs, dead);
    expect(message).toMatchObject({
      Body: 'poison',
      Attributes: { DeadLetterQueueSourceArn: source.arn, ApproximateReceiveCount: '3', MessageGroupId: 'g' },
    });
  });

  it('do not hold back the messages behind them', async () => {
    const dead = await newQueue(fixture.sqs);
    const source = await newQueue(fixture.sqs, { VisibilityTimeout: '0', RedrivePolicy: redriveTo(dead, 1) });
    for (const body of ['a', 'b', 'c']) await send(source, body);
    expect(await bodies(source, { MaxNumberOfMessages: 2 })).toEqual(['a', 'b']);
    expect(await bodies(source)).toEqual(['c']);
    expect(await bodies(dead)).toEqual(['a', 'b']);
  });

  it('know their source queues', async () => {
    const { dead, source } = await poisoned();
    const { queueUrls } = await fixture.sqs.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url }),
    );
    expect(queueUrls).toEqual([source.url]);
  });

  it('go back to where they came from as new messages', async () => {
    const { dead, source } = await poisoned();
    const SourceArn = dead.arn;
    await fixture.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
    const [message] = await receive(fixture.sqs, source, { WaitTimeSeconds: 2 });
    expect(message).toMatchObject({
      Body: 'poison',
      Attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'g' },
    });
    expect(message!.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    await expect
      .poll(() => moveTasks(SourceArn))
      .toMatchObject([
        { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: 1 },
      ]);
  });

  it('move at a given rate, one task at a time, until cancelled', async () => {
    const { dead, source } = await poisoned();
    for (let i = 0; i < 20; i++) await send(dead, `more ${i}`);
    const task = { SourceArn: dead.arn, DestinationArn: source.arn, MaxNumberOfMessagesPerSecond: 5 };
    const started = performance.now();
    const { TaskHandle } = await fixture.sqs.send(new StartMessageMoveTaskCommand(task));
    const again = fixture.sqs.send(new StartMessageMoveTaskCommand(task));
    expect(await failureOf(again)).toBe('400 UnsupportedOperation');
    const moved = async () => (await moveTasks(dead.arn))[0]!.ApproximateNumberOfMessagesMoved;
    await expect.poll(moved).toBeGreaterThanOrEqual(2);
    const cancelled = await fixture.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    const seconds = (performance.now() - started) / 1000;
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBeGreaterThanOrEqual(2);
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBeLessThanOrEqual(1 + 5 * seconds);
    const twice = fixture.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(await failureOf(twice)).toBe('400 ResourceNotFoundException');
  });

  it('fail to move where nobody knows where they came from', async () => {
    const { dead } = await poisoned();
    await fixture.sqs.send(new ReceiveMessageCommand({ QueueUrl: dead.url }));
    await send(dead, 'put here by hand');
    const SourceArn = dead.arn;
    await fixture.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
    await expect
      .poll(() => moveTasks(SourceArn))
      .toMatchObject([{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }]);
    expect(await bodies(dead)).toEqual(['put here by hand']);
    const stranger = await newQueue(fixture.sqs);
    const none = fixture.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: stranger.arn }));
    expect(await failureOf(none)).toBe('400 InvalidParameterValue');
  });
});

/** Task messages: the trace id travels as an attribute beside the body, where tools that never parse bodies see it. */
import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createTaskQueue } from '../../../functions/common/task-queue.ts';
import type { Task } from '../../../shared/manifest/task.ts';

it('every task carries its trace id as a message attribute, to the lane it was planned for', async () => {
  const sent: SendMessageBatchCommand['input'][] = [];
  const client = {
    send: async ({ input }: SendMessageBatchCommand) => {
      sent.push(input);
      return {};
    },
  };
  const queue = createTaskQueue(client as unknown as SQSClient, { cpu: 'http://cpu', gpu: 'http://gpu' });
  const traceId = 'ab'.repeat(16);
  const task: Task = { schema: 'cxai.task/1', runId: '0'.repeat(32), method: 'gradients', traceId };
  await queue.send(
    'gpu',
    Array.from({ length: 12 }, () => task),
    'phantom',
  );
  expect(sent.map(({ QueueUrl, Entries }) => [QueueUrl, Entries!.length])).toEqual([
    ['http://gpu', 10],
    ['http://gpu', 2],
  ]);
  for (const { MessageAttributes, MessageBody, MessageGroupId } of sent.flatMap(({ Entries }) => Entries!)) {
    expect(MessageAttributes!.traceId!.StringValue).toBe(traceId);
    expect(JSON.parse(MessageBody!).traceId).toBe(traceId);
    expect(MessageGroupId).toBe('phantom');
  }
});

/** Sends task messages to their lanes. All are sent, or a TransientFault says that the caller must try again. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TransientFault } from '../../shared/errors.ts';
import type { Lane } from '../../shared/manifest/plan.ts';
import { type Task, taskSchema } from '../../shared/manifest/task.ts';

export interface TaskQueue {
  /** `group` keeps one bulk upload from starving others (fair queues). */
  send(lane: Lane, tasks: readonly Task[], group: string): Promise<void>;
}

const batchLimit = 10;

export function createTaskQueue(
  client: SQSClient,
  queueUrls: { readonly cpu: string; readonly gpu: string | undefined },
): TaskQueue {
  return {
    async send(lane, tasks, group) {
      const queueUrl = (lane === 'gpu' ? queueUrls.gpu : undefined) ?? queueUrls.cpu;
      for (let start = 0; start < tasks.length; start += batchLimit) {
        const answer = await client
          .send(
            new SendMessageBatchCommand({
              QueueUrl: queueUrl,
              Entries: tasks.slice(start, start + batchLimit).map((task, index) => ({
                Id: String(index),
                MessageBody: JSON.stringify(task),
                MessageGroupId: group,
                MessageAttributes: { traceId: { DataType: 'String', StringValue: task.traceId } },
              })),
            }),
          )
          .catch((cause: unknown) => {
            throw new TransientFault('task queue: send failed', { code: 'queue-unavailable', cause });
          });
        if (answer.Failed?.length) {
          throw new TransientFault(`task queue: ${answer.Failed.length} messages were not accepted`, {
            code: 'queue-unavailable',
          });
        }
      }
    },
  };
}

/** The task in a message body; undefined where it holds something else. */
export function taskOf(body: string): Task | undefined {
  try {
    return taskSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

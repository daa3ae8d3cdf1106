/** StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask. */
import { z } from 'zod';
import { ServiceError } from '../service-error.ts';
import { type Action, type ActionContext, action } from './action.ts';
import type { Queue } from './queue-store.ts';

const startMessageMoveTask = action(
  z.strictObject({
    SourceArn: z.string(),
    DestinationArn: z.string().optional(),
    MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
  }),
  ({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }, context) => {
    const source = requireArn(context, SourceArn);
    const destination = DestinationArn === undefined ? undefined : requireArn(context, DestinationArn);
    return { TaskHandle: context.moveTasks.start(source, destination, MaxNumberOfMessagesPerSecond) };
  },
);

const listMessageMoveTasks = action(
  z.strictObject({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).default(1) }),
  ({ SourceArn, MaxResults }, context) => ({
    Results: context.moveTasks.list(requireArn(context, SourceArn).arn, MaxResults).map((task) => ({
      ...(task.status === 'RUNNING' ? { TaskHandle: task.handle } : {}),
      Status: task.status,
      SourceArn: task.source,
      DestinationArn: task.destination ?? undefined,
      MaxNumberOfMessagesPerSecond: task.rate ?? undefined,
      ApproximateNumberOfMessagesMoved: task.moved,
      ApproximateNumberOfMessagesToMove: task.total,
      FailureReason: task.failure ?? undefined,
      StartedTimestamp: task.started,
    })),
  }),
);

const cancelMessageMoveTask = action(
  z.strictObject({ TaskHandle: z.string() }),
  ({ TaskHandle }, context) => ({
    ApproximateNumberOfMessagesMoved: context.moveTasks.cancel(TaskHandle),
  }),
);

export const moveActions: Readonly<Record<string, Action>> = {
  StartMessageMoveTask: startMessageMoveTask,
  ListMessageMoveTasks: listMessageMoveTasks,
  CancelMessageMoveTask: cancelMessageMoveTask,
};

function requireArn({ cloud }: ActionContext, arn: string): Queue {
  const queue = cloud.queues.findByArn(arn);
  if (queue === undefined)
    throw new ServiceError(
      400,
      'ResourceNotFoundException',
      'The resource that you specified does not exist.',
    );
  return queue;
}

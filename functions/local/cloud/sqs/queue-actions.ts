/** Making, finding, describing and removing queues. */
import { z } from 'zod';
import { ACCOUNT } from '../account.ts';
import { ServiceError } from '../service-error.ts';
import { type Action, type ActionContext, action, attributeMap, queueUrl, queueUrlOf } from './action.ts';
import {
  checkAttributes,
  defaultAttributes,
  type QueueAttributes,
  readRedrivePolicy,
} from './queue-attributes.ts';
import type { Queue } from './queue-store.ts';
import { invalidParameter, queueDoesNotExist } from './sqs-error.ts';

const page = { MaxResults: z.int().min(1).max(1000).default(1000), NextToken: z.string().optional() };

const createQueue = action(
  z.strictObject({
    QueueName: z.string(),
    Attributes: attributeMap.default({}),
    tags: attributeMap.default({}),
  }),
  ({ QueueName: name, Attributes, tags }, context) => {
    const { cloud, origin } = context;
    const isFifo = name.endsWith('.fifo');
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(isFifo ? name.slice(0, -5) : name) || name.length > 80)
      throw invalidParameter(
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    if (isFifo !== (Attributes.FifoQueue === 'true'))
      throw invalidParameter(
        'The name of a FIFO queue can only include alphanumeric characters and must end with .fifo',
      );
    checkAttributes(Attributes, isFifo);
    checkRedrive(context, Attributes, name);
    const QueueUrl = queueUrlOf(origin, name, ACCOUNT);
    const existing = cloud.queues.find(name);
    if (existing) {
      const differs = Object.entries(Attributes).find(
        ([key, value]) => shownAttributes(existing)[key] !== value,
      );
      if (!differs) return { QueueUrl };
      const message = `A queue already exists with the same name and a different value for attribute ${differs[0]}`;
      throw new ServiceError(400, 'QueueNameExists', message);
    }
    const now = cloud.now();
    cloud.queues.save({ name, attributes: Attributes, tags, created: now, modified: now });
    return { QueueUrl };
  },
);

const getQueueUrl = action(
  z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.literal(ACCOUNT).optional() }),
  ({ QueueName }, { cloud, origin }) => {
    if (!cloud.queues.find(QueueName)) throw queueDoesNotExist();
    return { QueueUrl: queueUrlOf(origin, QueueName, ACCOUNT) };
  },
);

const listQueues = action(
  z.strictObject({ QueueNamePrefix: z.string().default(''), ...page }),
  ({ QueueNamePrefix, MaxResults, NextToken = '' }, { cloud, origin }) => {
    const names = cloud.queues.list().map(({ name }) => name);
    return pageOf(
      names.filter((name) => name.startsWith(QueueNamePrefix)),
      { after: NextToken, limit: MaxResults, member: 'QueueUrls', origin },
    );
  },
);

const listDeadLetterSourceQueues = action(
  z.strictObject({ QueueUrl: queueUrl, ...page }),
  ({ QueueUrl, MaxResults, NextToken = '' }, { cloud, origin }) => {
    const { arn } = cloud.queues.requireUrl(QueueUrl);
    const sources = cloud.queues.list().filter(({ redrive }) => redrive?.deadLetterTargetArn === arn);
    const names = sources.map(({ name }) => name);
    return pageOf(names, { after: NextToken, limit: MaxResults, member: 'queueUrls', origin });
  },
);

const deleteQueue = action(z.strictObject({ QueueUrl: queueUrl }), ({ QueueUrl }, { cloud }) => {
  cloud.queues.remove(cloud.queues.requireUrl(QueueUrl).name);
  return {};
});

const purgeQueue = action(z.strictObject({ QueueUrl: queueUrl }), ({ QueueUrl }, { cloud }) => {
  cloud.messages.purge(cloud.queues.requireUrl(QueueUrl));
  return {};
});

const getQueueAttributes = action(
  z.strictObject({ QueueUrl: queueUrl, AttributeNames: z.array(z.string()).default([]) }),
  ({ QueueUrl, AttributeNames }, { cloud }) => {
    const queue = cloud.queues.requireUrl(QueueUrl);
    cloud.messages.expire(queue);
    const counts = cloud.messages.count(queue);
    const all: Record<string, string> = {
      ...shownAttributes(queue),
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(counts.available),
      ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
      CreatedTimestamp: String(Math.floor(queue.created / 1000)),
      LastModifiedTimestamp: String(Math.floor(queue.modified / 1000)),
    };
    if (AttributeNames.includes('All')) return { Attributes: all };
    return {
      Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => AttributeNames.includes(name))),
    };
  },
);

const setQueueAttributes = action(
  z.strictObject({ QueueUrl: queueUrl, Attributes: attributeMap }),
  ({ QueueUrl, Attributes }, context) => {
    const { cloud } = context;
    const queue = cloud.queues.requireUrl(QueueUrl);
    checkAttributes(Attributes, queue.isFifo);
    checkRedrive(context, Attributes, queue.name);
    const attributes: Record<string, string> = { ...queue.attributes, ...Attributes };
    if (attributes.RedrivePolicy === '') delete attributes.RedrivePolicy;
    cloud.queues.save({ ...queue, attributes, modified: cloud.now() });
    return {};
  },
);

const tagQueue = action(
  z.strictObject({ QueueUrl: queueUrl, Tags: attributeMap }),
  ({ QueueUrl, Tags }, { cloud }) => {
    const queue = cloud.queues.requireUrl(QueueUrl);
    cloud.queues.save({ ...queue, tags: { ...queue.tags, ...Tags } });
    return {};
  },
);

const untagQueue = action(
  z.strictObject({ QueueUrl: queueUrl, TagKeys: z.array(z.string()) }),
  ({ QueueUrl, TagKeys }, { cloud }) => {
    const queue = cloud.queues.requireUrl(QueueUrl);
    const kept = Object.entries(queue.tags).filter(([key]) => !TagKeys.includes(key));
    cloud.queues.save({ ...queue, tags: Object.fromEntries(kept) });
    return {};
  },
);

const listQueueTags = action(z.strictObject({ QueueUrl: queueUrl }), ({ QueueUrl }, { cloud }) => ({
  Tags: cloud.queues.requireUrl(QueueUrl).tags,
}));

export const queueActions: Readonly<Record<string, Action>> = {
  CreateQueue: createQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  DeleteQueue: deleteQueue,
  PurgeQueue: purgeQueue,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
  ListQueueTags: listQueueTags,
};

function shownAttributes({ attributes, isFifo }: Queue): Record<string, string> {
  const fifo = {
    FifoQueue: 'true',
    ContentBasedDeduplication: 'false',
    DeduplicationScope: 'queue',
    FifoThroughputLimit: 'perQueue',
  };
  return { ...defaultAttributes(), ...(isFifo ? fifo : {}), ...attributes };
}

function checkRedrive({ cloud }: ActionContext, attributes: QueueAttributes, name: string): void {
  const policy = readRedrivePolicy(attributes);
  if (policy === undefined) return;
  const target = cloud.queues.findByArn(policy.deadLetterTargetArn);
  if (target === undefined || target.name === name || target.isFifo !== name.endsWith('.fifo'))
    throw invalidParameter(
      'Dead letter target does not exist, is the queue itself, or is not of the same kind of queue.',
    );
}

function pageOf(
  names: readonly string[],
  { after, limit, member, origin }: { after: string; limit: number; member: string; origin: string },
): object {
  const rest = names.filter((name) => name > after);
  const shown = rest.slice(0, limit);
  return {
    [member]: shown.map((name) => queueUrlOf(origin, name, ACCOUNT)),
    ...(rest.length > limit ? { NextToken: shown.at(-1) } : {}),
  };
}

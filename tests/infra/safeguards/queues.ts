/** Nothing is lost, retried for ever or handled twice at once. */
import { type Found, found, nameOf, ofType, type Templates, target } from '../support/templates.ts';
import type { Safeguard } from './safeguard.ts';

const fourteenDays = 14 * 24 * 3600;
const queues = (templates: Templates) => ofType(templates, 'AWS::SQS::Queue');
const isDeadLetterQueue = (queue: Found) => nameOf(queue).endsWith('-dead-letters');
const workQueues = (templates: Templates) => queues(templates).filter((queue) => !isDeadLetterQueue(queue));
const named = (templates: Templates, name: string): Found =>
  queues(templates).find((queue) => nameOf(queue).endsWith(name))!;
const mappings = (templates: Templates) => ofType(templates, 'AWS::Lambda::EventSourceMapping');

function deadLetterFaults(templates: Templates): string[] {
  return workQueues(templates).flatMap((queue) => {
    const redrive = queue.properties.RedrivePolicy;
    const letters = found(templates, target(templates, queue.stack, redrive?.deadLetterTargetArn));
    if (!letters) return [`${nameOf(queue)} has no dead-letter queue`];
    return [
      ...(redrive.maxReceiveCount === 5
        ? []
        : [`${nameOf(queue)} gives up after ${redrive.maxReceiveCount}`]),
      ...(letters.properties.MessageRetentionPeriod === fourteenDays
        ? []
        : [`${nameOf(letters)} forgets early`]),
      ...(queue.properties.MessageRetentionPeriod < fourteenDays
        ? []
        : [`${nameOf(queue)} outlives its dead letters`]),
    ];
  });
}

function visibilityFaults(templates: Templates): string[] {
  return mappings(templates).flatMap(({ stack, properties }) => {
    const queue = found(templates, target(templates, stack, properties.EventSourceArn))!;
    const reader = found(templates, target(templates, stack, properties.FunctionName))!;
    const enough = queue.properties.VisibilityTimeout >= 6 * reader.properties.Timeout;
    return enough ? [] : [`${nameOf(queue)} hides a message for less than six timeouts of ${nameOf(reader)}`];
  });
}

function readerFaults(templates: Templates): string[] {
  const read = new Set(
    mappings(templates).map(({ stack, properties }) => target(templates, stack, properties.EventSourceArn)),
  );
  return queues(templates)
    .filter(
      (queue) =>
        !/-(catalog|sweep|canary|dispatch|study)-dead-letters$/.test(nameOf(queue)) &&
        !/-gpu$/.test(nameOf(queue)),
    )
    .filter(({ stack, id }) => !read.has(`${stack}/${id}`))
    .map((queue) => `nobody reads ${nameOf(queue)}`);
}

function concurrencyFaults(templates: Templates): string[] {
  return ofType(templates, 'AWS::Lambda::Function').flatMap((fn) => {
    const polled = mappings(templates)
      .filter(
        ({ stack, properties }) =>
          target(templates, stack, properties.FunctionName) === `${fn.stack}/${fn.id}`,
      )
      .map(({ properties }) =>
        Number(properties.ScalingConfig?.MaximumConcurrency ?? Number.POSITIVE_INFINITY),
      );
    const most = polled.reduce((total, count) => total + count, 0);
    const { ReservedConcurrentExecutions, FunctionScalingConfig } = fn.properties;
    return most <= (ReservedConcurrentExecutions ?? FunctionScalingConfig?.MaxExecutionEnvironments)
      ? []
      : [`${nameOf(fn)} is throttled by its own queues`];
  });
}

export const queueSafeguards: readonly Safeguard[] = [
  {
    name: 'every queue has a dead-letter queue that keeps letters for 14 days',
    check: deadLetterFaults,
    breakages: {
      'a queue without dead letters': (templates) => {
        delete named(templates, '-cpu').properties.RedrivePolicy;
      },
      'dead letters kept for four days': (templates) => {
        named(templates, '-ingest-dead-letters').properties.MessageRetentionPeriod = 4 * 24 * 3600;
      },
      'a queue that tries once': (templates) => {
        named(templates, '-catalog').properties.RedrivePolicy.maxReceiveCount = 1;
      },
    },
  },
  {
    name: 'visibility is at least six times the timeout of the function that reads the queue',
    check: visibilityFaults,
    breakages: {
      'a shorter visibility': (templates) => {
        named(templates, '-cpu').properties.VisibilityTimeout = 900;
      },
      'a longer timeout': (templates) => {
        const fn = ofType(templates, 'AWS::Lambda::Function').find((each) =>
          nameOf(each).endsWith('-ingest'),
        )!;
        fn.properties.Timeout = 900;
      },
    },
  },
  {
    name: 'every queue that work arrives in has a reader',
    check: readerFaults,
    breakages: {
      'dead letters that nobody ends': (templates) => {
        const [mapping] = mappings(templates).filter(({ properties }) =>
          JSON.stringify(properties.EventSourceArn).includes('deadletters'),
        );
        delete templates[mapping!.stack]!.Resources[mapping!.id];
      },
    },
  },
  {
    name: 'one bad record of a batch comes back alone',
    check: (templates) =>
      mappings(templates)
        .filter(({ properties }) => !properties.FunctionResponseTypes?.includes('ReportBatchItemFailures'))
        .map(({ id }) => `${id} returns whole batches`),
    breakages: {
      'a mapping without partial responses': (templates) => {
        delete mappings(templates)[0]!.properties.FunctionResponseTypes;
      },
    },
  },
  {
    name: 'a function is never polled beyond its reserved concurrency',
    check: concurrencyFaults,
    breakages: {
      'a mapping without a limit': (templates) => {
        delete mappings(templates)[0]!.properties.ScalingConfig;
      },
    },
  },
];

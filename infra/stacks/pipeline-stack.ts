/**
 * The pipeline: lane queues, functions, their event sources and the sweeper's schedule. It holds no data and
 * can be deleted and deployed anew at any time; messages wait in the data stack's queues meanwhile.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { containerImage } from '../constructs/container-image.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { type FunctionName, functionLimits, threadsOf } from '../constructs/function-limits.ts';
import {
  type FunctionQueues,
  functionStatements,
  needsReferenceKey,
} from '../constructs/function-permissions.ts';
import { type ImageFunction, imageFunction, type Network } from '../constructs/image-function.ts';
import { operatorPolicy } from '../constructs/people-policies.ts';
import { privateNetwork } from '../constructs/private-network.ts';
import { deadLetterQueue, type WorkQueue, workQueue } from '../constructs/work-queue.ts';
import { functionHourlyUsd } from '../cost-model.ts';
import type { Data } from './data-stack.ts';
import { stackProps } from './stack-props.ts';

export interface Pipeline {
  readonly stack: Stack;
  readonly functions: Readonly<Record<FunctionName, ImageFunction>>;
  /** Every queue with its dead letters, the data stack's included. */
  readonly queues: readonly WorkQueue[];
  readonly cpu: WorkQueue;
  readonly gpu: WorkQueue | undefined;
  readonly sweepDeadLetters: Queue;
  readonly canaryDeadLetters: Queue;
  readonly network: Network | undefined;
  /** Image of every function. */
  readonly image: DockerImageAsset;
}

/** Longest a GPU worker may take for one task; it extends the visibility while it works. */
export const gpuTaskSeconds = 900;
const sweepEvery = Duration.minutes(5);

export function pipelineStack(scope: Construct, deployment: Deployment, data: Data): Pipeline {
  const { settings } = deployment;
  const stack = new Stack(scope, 'pipeline', stackProps(deployment, 'pipeline'));
  const limits = functionLimits(settings);
  const lane = (name: 'cpu' | 'gpu', timeoutSeconds: number) =>
    workQueue(stack, deployment, name, {
      key: data.keys.messages,
      timeoutSeconds,
      deadLetterTimeoutSeconds: limits.finish.timeoutSeconds,
    });
  const cpu = lane('cpu', limits.explain.timeoutSeconds);
  const gpu = settings.lanes.gpu.mode === 'off' ? undefined : lane('gpu', gpuTaskSeconds);
  const scheduled = (name: 'sweep' | 'canary') =>
    deadLetterQueue(stack, deployment, name, {
      key: data.keys.messages,
      timeoutSeconds: limits[name].timeoutSeconds,
    });
  const sweepDeadLetters = scheduled('sweep');
  const canaryDeadLetters = scheduled('canary');
  const network =
    settings.network.mode === 'isolated'
      ? privateNetwork(stack, deployment, { cidr: settings.network.cidr, logKey: data.keys.operations })
      : undefined;
  const lanes = gpu ? [cpu, gpu] : [cpu];
  const image = containerImage(stack, 'cpu');
  const build = functionBuilder(stack, deployment, data, { cpu, gpu, network, image });
  const laneQueues = lanes.map(({ queue }) => queue);
  const givenUp = [data.ingest, ...lanes].map(({ deadLetters }) => deadLetters);
  const functions = {
    ingest: build('ingest', { reads: [data.ingest.queue], sends: laneQueues }),
    explain: build('explain', { reads: [cpu.queue], sends: [] }),
    catalog: build('catalog', { reads: [data.catalog.queue], sends: [] }),
    finish: build('finish', { reads: givenUp, sends: [] }),
    sweep: build('sweep', { reads: [], sends: [...laneQueues, sweepDeadLetters] }, sweepDeadLetters),
    canary: build('canary', { reads: [], sends: [canaryDeadLetters] }, canaryDeadLetters),
  };
  const { ingest, explain, catalog, finish, sweep, canary } = functions;
  readQueue(ingest, data.ingest.queue, { batchSize: 1, concurrency: limits.ingest.concurrency });
  readQueue(explain, cpu.queue, { batchSize: 1, concurrency: limits.explain.concurrency });
  readQueue(catalog, data.catalog.queue, { batchSize: 10, concurrency: limits.catalog.concurrency });
  for (const queue of givenUp) readQueue(finish, queue, { batchSize: 1, concurrency: 2 });
  operatorPolicy(stack, deployment, {
    keys: data.keys,
    ingest: data.ingest,
    unnamed: [...lanes, data.catalog],
  });
  onSchedule(stack, 'sweep', sweep, sweepEvery, 'Repairs runs that a crash left unfinished');
  const probeEvery = Duration.minutes(settings.canary.everyMinutes);
  onSchedule(stack, 'canary', canary, probeEvery, 'Uploads a synthetic image and waits for its run');
  return {
    stack,
    functions,
    queues: [data.ingest, ...lanes, data.catalog],
    cpu,
    gpu,
    sweepDeadLetters,
    canaryDeadLetters,
    network,
    image,
  };
}

type Build = (name: FunctionName, queues: FunctionQueues, deadLetters?: Queue) => ImageFunction;

function functionBuilder(
  stack: Stack,
  deployment: Deployment,
  data: Data,
  { cpu, gpu, network, image }: Pick<Pipeline, 'cpu' | 'gpu' | 'network' | 'image'>,
): Build {
  const limits = functionLimits(deployment.settings);
  const { settings } = deployment;
  const { methods, metrics, retention } = settings;
  const environment = {
    CXAI_DROP_BUCKET: deployment.bucketName('drop'),
    CXAI_RESULTS_BUCKET: deployment.bucketName('results'),
    CXAI_CPU_QUEUE_URL: cpu.queue.queueUrl,
    ...(gpu ? { CXAI_GPU_QUEUE_URL: gpu.queue.queueUrl } : {}),
    ...(methods ? { CXAI_METHODS: methods } : {}),
    CXAI_METRICS: metrics,
    CXAI_COMMIT: image.assetHash.slice(0, 12),
  };
  return (name, queues, deadLetters) =>
    imageFunction(stack, deployment, name, {
      image,
      network,
      deadLetters,
      limits: limits[name],
      logKey: data.keys.operations,
      statements: functionStatements(deployment, name, data, queues),
      environment: {
        ...environment,
        CXAI_THREADS: String(threadsOf(limits[name])),
        ...(name === 'explain'
          ? { CXAI_HOURLY_USD: functionHourlyUsd(limits.explain.memoryMegabytes).toFixed(4) }
          : {}),
        ...(name === 'catalog' && retention.resultsDays !== null
          ? { CXAI_RESULTS_DAYS: String(retention.resultsDays) }
          : {}),
        ...(name === 'canary' ? { CXAI_CANARY_SECONDS: String(settings.canary.withinSeconds) } : {}),
        ...(needsReferenceKey(name) ? { CXAI_REFERENCE_KEY_SECRET: data.referenceKey.secretArn } : {}),
      },
    });
}

/** One bad record of a batch returns to the queue alone. */
function readQueue(
  { fn }: ImageFunction,
  queue: IQueue,
  { batchSize, concurrency }: { readonly batchSize: number; readonly concurrency: number },
): void {
  fn.addEventSource(
    new SqsEventSource(queue, { batchSize, maxConcurrency: concurrency, reportBatchItemFailures: true }),
  );
}

function onSchedule(
  stack: Stack,
  name: string,
  { fn }: ImageFunction,
  every: Duration,
  description: string,
): void {
  new Rule(stack, `${name}-schedule`, {
    description,
    schedule: Schedule.rate(every),
    targets: [new LambdaFunction(fn, { retryAttempts: 1, maxEventAge: every })],
  });
}

/**
 * The pipeline on one machine: embedded cloud, worker processes, event sources and the sweeper's schedule.
 * `npm start` and the tests run this same composition.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import type { MetricsLevel } from '../../shared/manifest/trust-metrics.ts';
import { type AwsClients, createAwsClients } from '../common/aws-clients.ts';
import { startCloud } from './cloud/start-cloud.ts';
import { type EventSource, startEventSource } from './event-source.ts';
import type { Secrets } from './local-state.ts';
import { createTopology, type Topology, type TopologyOptions } from './topology.ts';
import { startWorkerPool, type WorkerPool } from './worker-pool.ts';
import type { HandlerName } from './worker-process.ts';

export interface PipelineOptions {
  /** Folder of the embedded cloud's data. */
  readonly directory: string;
  readonly secrets: Secrets;
  /** 0 picks a free port. */
  readonly port?: number;
  readonly workers?: number;
  readonly commit?: string;
  readonly methods?: readonly string[];
  readonly metrics?: MetricsLevel;
  readonly topology?: Partial<TopologyOptions>;
  readonly sweepSeconds?: number;
  readonly onLog?: (line: string) => void;
  /** Told of every batch that a function has handled. */
  readonly onHandled?: (queue: string, records: readonly SQSRecord[]) => void;
}

export interface Pipeline {
  readonly cloud: Awaited<ReturnType<typeof startCloud>>;
  readonly clients: AwsClients;
  readonly topology: Topology;
  readonly explainers: WorkerPool;
  readonly controllers: WorkerPool;
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { directory, secrets } = options;
  const credentials = { accessKeyId: secrets.accessKeyId, secretAccessKey: secrets.secretAccessKey };
  const cloud = await startCloud({
    directory: join(directory, 'cloud'),
    port: options.port ?? 0,
    credentials,
  });
  const clients = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
  const topology = await createTopology(clients, options.topology);
  const pools = startPools(options, cloud.endpoint, topology);
  const sources = startSources(options, clients, topology, pools);
  const sweep = setInterval(
    () => void pools.controllers.invoke('sweep', {}).catch(() => undefined),
    (options.sweepSeconds ?? 60) * 1000,
  );
  return {
    cloud,
    clients,
    topology,
    ...pools,
    ready: Promise.all([pools.explainers.ready, pools.controllers.ready]).then(() => undefined),
    async close() {
      clearInterval(sweep);
      await Promise.all(sources.map((source) => source.stop()));
      await Promise.all([pools.explainers.close(), pools.controllers.close()]);
      await cloud.close();
    },
  };
}

interface Pools {
  readonly explainers: WorkerPool;
  readonly controllers: WorkerPool;
}

/** Explaining is processor work: one invocation a process. The other functions mostly wait for the store. */
function startPools(options: PipelineOptions, endpoint: string, topology: Topology): Pools {
  const cores = availableParallelism();
  const size = options.workers ?? Math.max(1, cores);
  const environment = workerEnvironment(options, endpoint, topology);
  const common = { environment, onLog: options.onLog ?? (() => undefined) };
  return {
    explainers: startWorkerPool({
      ...common,
      environment: { ...environment, CXAI_THREADS: String(Math.max(1, Math.floor(cores / size))) },
      size,
      concurrency: 1,
      timeoutSeconds: 900,
      preload: ['explain'],
    }),
    controllers: startWorkerPool({
      ...common,
      size: 1,
      concurrency: 8,
      timeoutSeconds: 120,
      preload: ['ingest', 'catalog', 'finish', 'sweep'],
    }),
  };
}

function workerEnvironment(
  { secrets, commit, methods, metrics }: PipelineOptions,
  endpoint: string,
  topology: Topology,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: secrets.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.secretAccessKey,
    CXAI_DROP_BUCKET: topology.dropBucket,
    CXAI_RESULTS_BUCKET: topology.resultsBucket,
    CXAI_CPU_QUEUE_URL: topology.queues.cpu,
    CXAI_REFERENCE_KEY: secrets.referenceKey,
    CXAI_COMMIT: commit ?? 'unknown',
    CXAI_THREADS: '1',
    ...(metrics ? { CXAI_METRICS: metrics } : {}),
    ...(methods ? { CXAI_METHODS: methods.join(',') } : {}),
  };
}

function startSources(
  options: PipelineOptions,
  { sqs }: AwsClients,
  topology: Topology,
  pools: Pools,
): EventSource[] {
  const source = (
    queue: keyof Topology['queues'],
    pool: WorkerPool,
    handler: HandlerName,
    batchSize: number,
    concurrency: number,
  ): EventSource =>
    startEventSource(sqs, {
      queueUrl: topology.queues[queue],
      batchSize,
      concurrency,
      retryDelaySeconds: 1,
      visibilitySeconds: topology.visibilitySeconds,
      invoke: (event) => pool.invoke(handler, event),
      onHandled: (records) => options.onHandled?.(queue, records),
    });
  const { explainers, controllers } = pools;
  return [
    source('ingest', controllers, 'ingest', 1, 2),
    source('cpu', explainers, 'explain', 1, options.workers ?? availableParallelism()),
    source('catalog', controllers, 'catalog', 10, 1),
    source('ingest-dead-letters', controllers, 'finish', 1, 1),
    source('cpu-dead-letters', controllers, 'finish', 1, 1),
  ];
}

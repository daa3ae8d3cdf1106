/**
 * Checks of an installation in AWS, each with what to do where it fails. They read only, and ask through clients
 * that are passed in. Quota codes: https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html
 */
import {
  type BatchClient,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
} from '@aws-sdk/client-batch';
import { DescribeImagesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import {
  GetAccountSettingsCommand,
  GetFunctionCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { countDeadLetters, queueUrl } from '../redrive/dead-letters.ts';

export interface Check {
  readonly name: string;
  readonly remedy: string;
  /** What was found. Throws where it is not good enough. */
  readonly run: () => Promise<string>;
}

export interface DoctorClients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly batch: BatchClient;
  readonly ecr: ECRClient;
  readonly quotas: ServiceQuotasClient;
}

export interface Installed {
  /** `cxai-<hospital>`. */
  readonly name: string;
  readonly buckets: readonly string[];
}

const functionNames = ['ingest', 'explain', 'catalog', 'finish', 'sweep', 'canary'] as const;
/** AWS keeps this many outside all reservations. */
const leastUnreserved = 100;
/** A GPU worker has four vCPU (infra/stacks/gpu-stack.ts). */
const workerCpus = 4;
const gpuQuotas = ['L-DB2E81BA', 'L-3819A6DF'] as const;

export function awsChecks(clients: DoctorClients, installed: Installed): Check[] {
  return [
    bucketCheck(clients, installed),
    queueCheck(clients, installed),
    deadLetterCheck(clients, installed),
    concurrencyCheck(clients),
    ...functionNames.map((name) => functionCheck(clients, installed, name)),
    cpuLaneCheck(clients, installed),
    gpuLaneCheck(clients, installed),
  ];
}

const bucketCheck = ({ s3 }: DoctorClients, { buckets }: Installed): Check => ({
  name: 'buckets',
  remedy:
    'Deploy the data stack, or use credentials that may read the buckets (CXAI_DROP_BUCKET, CXAI_RESULTS_BUCKET).',
  async run() {
    await Promise.all(buckets.map((Bucket) => s3.send(new HeadBucketCommand({ Bucket }))));
    return `${buckets.join(' and ')} answer`;
  },
});

const queueCheck = ({ sqs }: DoctorClients, { name }: Installed): Check => ({
  name: 'queues',
  remedy: 'Deploy the data and pipeline stacks; look at AWS_REGION.',
  async run() {
    const names = ['ingest', 'cpu', 'catalog'];
    const urls = await Promise.all(names.map((queue) => queueUrl(sqs, name, queue)));
    const lost = names.filter((_, index) => !urls[index]);
    if (lost.length > 0) throw new Error(`no queue ${lost.map((queue) => `${name}-${queue}`).join(', ')}`);
    return `${names.join(', ')} answer`;
  },
});

const deadLetterCheck = ({ sqs }: DoctorClients, { name }: Installed): Check => ({
  name: 'dead letters',
  remedy: 'Look at the log of `finish`, then `cxai redrive --list`.',
  async run() {
    const left = (await countDeadLetters(sqs, name)).filter(({ messages }) => messages > 0);
    if (left.length > 0)
      throw new Error(left.map(({ queue, messages }) => `${queue}: ${messages}`).join(', '));
    return 'none waits';
  },
});

const concurrencyCheck = ({ lambda }: DoctorClients): Check => ({
  name: 'lambda quota',
  remedy: 'Ask for a higher quota of concurrent executions (L-B99A9384), or lower lanes.cpu.concurrency.',
  async run() {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: free = 0 } = AccountLimit ?? {};
    if (free < leastUnreserved)
      throw new Error(`${free} of ${all} unreserved, at least ${leastUnreserved} needed`);
    return `${all} at once, ${free} unreserved`;
  },
});

const functionCheck = (clients: DoctorClients, { name }: Installed, part: string): Check => ({
  name: part,
  remedy: 'Deploy the pipeline stack again: it builds and pushes the image.',
  async run() {
    const { Configuration, Code } = await clients.lambda.send(
      new GetFunctionCommand({ FunctionName: `${name}-${part}` }),
    );
    const { State = 'unknown', StateReason = '', LastUpdateStatus = '' } = Configuration ?? {};
    if (!['Active', 'Inactive'].includes(State) || LastUpdateStatus === 'Failed') {
      throw new Error(`${State} ${LastUpdateStatus} ${StateReason}`.trim());
    }
    await requireImage(clients, Code?.ResolvedImageUri ?? Code?.ImageUri);
    return `${State.toLowerCase()}, its image is there`;
  },
});

/** Throws where the registry has no such image: `<account>.dkr.ecr.<region>.amazonaws.com/<name>@<digest>` or `:<tag>`. */
async function requireImage({ ecr }: DoctorClients, uri: string | undefined): Promise<void> {
  const [, repositoryName, digest, tag] =
    /^[^/]+\/([^@:]+)(?:@(sha256:\w+)|:([\w.-]+))$/.exec(uri ?? '') ?? [];
  if (!repositoryName) throw new Error(`no image: ${uri ?? 'none named'}`);
  const id = digest ? { imageDigest: digest } : { imageTag: tag };
  const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [id] }));
  if (imageDetails.length === 0) throw new Error(`the registry lacks ${uri}`);
}

const cpuLaneCheck = ({ lambda }: DoctorClients, { name }: Installed): Check => ({
  name: 'cpu lane',
  remedy: 'Enable the event source mapping of explain, or deploy the pipeline stack again.',
  async run() {
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: `${name}-explain` }),
    );
    const states = EventSourceMappings.map(({ State = 'unknown' }) => State);
    if (!states.includes('Enabled')) throw new Error(`reads its queue: ${states.join(', ') || 'never'}`);
    return 'reads its queue';
  },
});

const gpuLaneCheck = (clients: DoctorClients, { name }: Installed): Check => ({
  name: 'gpu lane',
  remedy: `Ask for ${workerCpus} vCPU a worker of G instances (${gpuQuotas.join(' on demand, ')} spot); else deploy the gpu stack again.`,
  async run() {
    if (!(await queueUrl(clients.sqs, name, 'gpu'))) return 'off: every method takes the cpu lane';
    const quotas = await Promise.all(
      gpuQuotas.map((QuotaCode) =>
        clients.quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode })),
      ),
    );
    const cpus = quotas.map(({ Quota }) => Quota?.Value ?? 0);
    const described = `quota ${cpus[0]} vCPU on demand, ${cpus[1]} spot`;
    if (Math.max(...cpus) < workerCpus) throw new Error(described);
    const lane = (await hasFunction(clients, `${name}-explain-gpu`))
      ? await functionCheck(clients, { name, buckets: [] }, 'explain-gpu').run()
      : await batchLane(clients, name);
    return `${described}; ${lane}`;
  },
});

async function hasFunction({ lambda }: DoctorClients, FunctionName: string): Promise<boolean> {
  try {
    await lambda.send(new GetFunctionCommand({ FunctionName }));
    return true;
  } catch (error) {
    if ((error as { name?: string }).name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

/** Throws where the job queue cannot place jobs or the workers' image is gone. */
async function batchLane(clients: DoctorClients, name: string): Promise<string> {
  const { jobQueues = [] } = await clients.batch.send(
    new DescribeJobQueuesCommand({ jobQueues: [`${name}-gpu`] }),
  );
  const [queue] = jobQueues;
  if (queue?.state !== 'ENABLED' || queue.status !== 'VALID') {
    throw new Error(`job queue ${queue ? `${queue.state}, ${queue.status}` : 'missing'}`);
  }
  const { jobDefinitions = [] } = await clients.batch.send(
    new DescribeJobDefinitionsCommand({ jobDefinitionName: `${name}-gpu-worker`, status: 'ACTIVE' }),
  );
  const newest = jobDefinitions.reduce(
    (a, b) => ((b.revision ?? 0) > (a?.revision ?? 0) ? b : a),
    jobDefinitions[0],
  );
  await requireImage(clients, newest?.containerProperties?.image);
  return 'its image is there';
}

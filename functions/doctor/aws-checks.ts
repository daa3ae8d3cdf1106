/**
 * Checks of an installation in AWS, each with what to do where it fails. They read only, and ask through clients
 * that are passed in. Quota codes: https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html
 */
import {
  type BatchClient,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  type JobQueueDetail,
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
/** Of G instances, by how the lane buys them: a quota for the one says nothing about the other. */
const gpuQuotas = { 'on demand': 'L-DB2E81BA', spot: 'L-3819A6DF' } as const;
type Purchase = keyof typeof gpuQuotas;

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
  remedy: `Ask for ${workerCpus} vCPU a worker of G instances (${gpuQuotas['on demand']} on demand, ${gpuQuotas.spot} spot); else deploy the gpu stack again.`,
  async run() {
    if (!(await queueUrl(clients.sqs, name, 'gpu'))) return 'off: every method takes the cpu lane';
    if (await hasFunction(clients, `${name}-explain-gpu`)) {
      const quota = await requireQuota(clients, 'on demand');
      return `${quota}; ${await functionCheck(clients, { name, buckets: [] }, 'explain-gpu').run()}`;
    }
    const quota = await requireQuota(clients, await purchaseOf(clients, name));
    return `${quota}; ${await batchLane(clients, name)}`;
  },
});

/** Throws where the account may not run one worker that is bought like this. */
async function requireQuota({ quotas }: DoctorClients, purchase: Purchase): Promise<string> {
  const { Quota } = await quotas.send(
    new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: gpuQuotas[purchase] }),
  );
  const described = `quota ${Quota?.Value ?? 0} vCPU ${purchase}`;
  if ((Quota?.Value ?? 0) < workerCpus) throw new Error(described);
  return described;
}

/** How the instances of the job queue are bought. Throws where the queue or what it runs on is missing. */
async function purchaseOf(clients: DoctorClients, name: string): Promise<Purchase> {
  const { computeEnvironmentOrder = [] } = await jobQueueOf(clients, name);
  const { computeEnvironments = [] } = await clients.batch.send(
    new DescribeComputeEnvironmentsCommand({
      computeEnvironments: computeEnvironmentOrder.flatMap(({ computeEnvironment }) =>
        computeEnvironment ? [computeEnvironment] : [],
      ),
    }),
  );
  const type = computeEnvironments[0]?.computeResources?.type;
  if (!type) throw new Error('compute environment missing');
  return type === 'SPOT' ? 'spot' : 'on demand';
}

async function hasFunction({ lambda }: DoctorClients, FunctionName: string): Promise<boolean> {
  try {
    await lambda.send(new GetFunctionCommand({ FunctionName }));
    return true;
  } catch (error) {
    if ((error as { name?: string }).name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

/** Throws where the job queue cannot place jobs. */
async function jobQueueOf({ batch }: DoctorClients, name: string): Promise<JobQueueDetail> {
  const { jobQueues = [] } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: [`${name}-gpu`] }));
  const [queue] = jobQueues;
  if (queue?.state === 'ENABLED' && queue.status === 'VALID') return queue;
  throw new Error(`job queue ${queue ? `${queue.state}, ${queue.status}` : 'missing'}`);
}

/** Throws where the workers' image is gone. */
async function batchLane(clients: DoctorClients, name: string): Promise<string> {
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

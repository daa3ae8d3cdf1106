/**
 * The architecture study, where a hospital switches it on: a queue whose tasks a function turns into Batch array jobs,
 * one element a configuration and seed, on Fargate: nothing is paid for without work. Training data are identifiable,
 * so their bucket has a key of its own and expires (data-stack.ts); no other function may read it.
 */
import { Duration, Size, Stack } from 'aws-cdk-lib';
import {
  Action,
  EcsFargateContainerDefinition,
  EcsJobDefinition,
  FargateComputeEnvironment,
  JobQueue,
  JobStateTimeLimitActionsReason,
  Reason,
} from 'aws-cdk-lib/aws-batch';
import { ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { containerImage } from '../constructs/container-image.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { encryptedLogs } from '../constructs/encrypted-logs.ts';
import { studyHandlerStatements, studyWorkerStatements } from '../constructs/function-permissions.ts';
import { type ImageFunction, imageFunction, type Network } from '../constructs/image-function.ts';
import { studyRoles } from '../constructs/study-roles.ts';
import { type WorkQueue, workQueue } from '../constructs/work-queue.ts';
import type { HospitalSettings } from '../settings/hospital-settings.ts';
import type { Data } from './data-stack.ts';
import type { Pipeline } from './pipeline-stack.ts';
import { referLoosely, stackProps } from './stack-props.ts';

type Batch = Extract<HospitalSettings['study'], { mode: 'batch' }>;

export interface Study {
  readonly stack: Stack;
  readonly queue: WorkQueue;
  readonly start: ImageFunction;
}

const startLimits = { memoryMegabytes: 512, timeoutSeconds: 60, concurrency: 2 };
/** Fargate: 2 GiB for each vCPU is the least it offers. */
const gibibytesPerCpu = 4;
/** A job goes on from its checkpoint, so a lost instance costs an epoch. */
const attempts = 5;

/** Undefined where the hospital has it off. */
export function studyStack(
  scope: Construct,
  deployment: Deployment,
  data: Data,
  { network, image }: Pick<Pipeline, 'network' | 'image'>,
): Study | undefined {
  const { study } = deployment.settings;
  if (study.mode === 'off' || !network || !data.study) return undefined;
  const stack = new Stack(scope, 'study', stackProps(deployment, 'study'));
  referLoosely(stack);
  const queue = workQueue(stack, deployment, 'study', {
    key: data.keys.messages,
    timeoutSeconds: startLimits.timeoutSeconds,
    deadLetterTimeoutSeconds: startLimits.timeoutSeconds,
  });
  const jobQueue = jobQueueOf(stack, deployment, network, study);
  const jobDefinition = workerJob(stack, deployment, data, study);
  const start = imageFunction(stack, deployment, 'study', {
    image,
    network,
    limits: startLimits,
    logKey: data.keys.operations,
    statements: [
      ...studyHandlerStatements(deployment, data, queue.queue),
      new PolicyStatement({
        actions: ['batch:SubmitJob'],
        resources: [jobQueue.jobQueueArn, jobDefinition.jobDefinitionArn],
      }),
    ],
    environment: {
      CXAI_STUDY_BUCKET: deployment.bucketName('study'),
      CXAI_JOB_QUEUE: jobQueue.jobQueueArn,
      CXAI_JOB_DEFINITION: jobDefinition.jobDefinitionArn,
    },
  });
  start.fn.addEventSource(
    new SqsEventSource(queue.queue, {
      batchSize: 1,
      maxConcurrency: startLimits.concurrency,
      reportBatchItemFailures: true,
    }),
  );
  return { stack, queue, start };
}

function jobQueueOf(
  stack: Stack,
  deployment: Deployment,
  { vpc, functions }: Network,
  { cpus, mostJobs, purchase }: Batch,
): JobQueue {
  const computeEnvironment = new FargateComputeEnvironment(stack, 'study-compute', {
    vpc,
    vpcSubnets: { subnets: vpc.isolatedSubnets },
    securityGroups: [functions],
    maxvCpus: mostJobs * cpus,
    spot: purchase === 'spot',
  });
  return new JobQueue(stack, 'study-job-queue', {
    jobQueueName: deployment.name('study'),
    computeEnvironments: [{ order: 1, computeEnvironment }],
    // Without capacity a job ends, so that its absence from the results is seen.
    jobStateTimeLimitActions: Object.values(JobStateTimeLimitActionsReason).map((reason) => ({
      reason,
      maxTime: Duration.hours(6),
    })),
  });
}

function workerJob(stack: Stack, deployment: Deployment, data: Data, { cpus }: Batch): EcsJobDefinition {
  const image = containerImage(stack, 'study');
  const logs = encryptedLogs(stack, deployment, 'study-worker', data.keys.operations);
  const roles = studyRoles(stack, { image, logs, worker: studyWorkerStatements(deployment, data) });
  const container = new EcsFargateContainerDefinition(stack, 'study-worker', {
    image: ContainerImage.fromEcrRepository(image.repository, image.imageTag),
    cpu: cpus,
    memory: Size.gibibytes(cpus * gibibytesPerCpu),
    assignPublicIp: false,
    ephemeralStorageSize: Size.gibibytes(100),
    jobRole: roles.worker.withoutPolicyUpdates(),
    executionRole: roles.execution.withoutPolicyUpdates(),
    logging: LogDriver.awsLogs({ logGroup: logs, streamPrefix: 'job' }),
    environment: {
      AWS_REGION: deployment.settings.region,
      CXAI_STUDY_BUCKET: deployment.bucketName('study'),
      CXAI_THREADS: String(cpus),
      POWERTOOLS_SERVICE_NAME: 'study-worker',
    },
  });
  return new EcsJobDefinition(stack, 'study-job', {
    jobDefinitionName: deployment.name('study-worker'),
    container,
    retryAttempts: attempts,
    retryStrategies: [
      { action: Action.RETRY, on: Reason.SPOT_INSTANCE_RECLAIMED },
      // 137: killed, for memory or by the host.
      { action: Action.RETRY, on: Reason.custom({ onExitCode: '137' }) },
      { action: Action.EXIT, on: Reason.custom({ onReason: '*' }) },
    ],
    timeout: Duration.hours(12),
    propagateTags: true,
  });
}

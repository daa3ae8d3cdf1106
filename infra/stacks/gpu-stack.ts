/**
 * The gpu lane, where a hospital switches it on: EC2 GPU instances that exist only while there is work. A
 * dispatcher starts workers for the backlog; each drains the queue and leaves (functions/explain-batch).
 */
import { Duration, Size, Stack } from 'aws-cdk-lib';
import {
  Action,
  AllocationStrategy,
  EcsEc2ContainerDefinition,
  EcsJobDefinition,
  EcsMachineImageType,
  JobQueue,
  JobStateTimeLimitActionsReason,
  ManagedEc2EcsComputeEnvironment,
  Reason,
} from 'aws-cdk-lib/aws-batch';
import { BlockDeviceVolume, EbsDeviceVolumeType, InstanceType, LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { containerImage } from '../constructs/container-image.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { encryptedLogs } from '../constructs/encrypted-logs.ts';
import { sendStatements, workerStatements } from '../constructs/function-permissions.ts';
import { type GpuRoles, gpuRoles } from '../constructs/gpu-roles.ts';
import { type ImageFunction, imageFunction, type Network } from '../constructs/image-function.ts';
import { deadLetterQueue, type WorkQueue } from '../constructs/work-queue.ts';
import type { HospitalSettings } from '../settings/hospital-settings.ts';
import type { Data } from './data-stack.ts';
import type { Pipeline } from './pipeline-stack.ts';
import { referLoosely, stackProps } from './stack-props.ts';

type BatchLane = Extract<HospitalSettings['lanes']['gpu'], { mode: 'batch' }>;

/** What the smallest G instances (xlarge) leave to a job: 4 vCPU, 16 GiB less what the agent and the system take. */
const workerCpus = 4;
const workerMemory = Size.gibibytes(13);
const dispatchEvery = Duration.minutes(1);
const dispatchLimits = { memoryMegabytes: 512, timeoutSeconds: 50, concurrency: 1 };

export interface BatchGpu {
  readonly mode: 'batch';
  readonly stack: Stack;
  readonly dispatch: ImageFunction;
  readonly dispatchDeadLetters: Queue;
  readonly jobQueueArn: string;
}

export function gpuStack(
  scope: Construct,
  deployment: Deployment,
  data: Data,
  pipeline: Pipeline & { readonly gpu: NonNullable<Pipeline['gpu']>; readonly network: Network },
  lane: BatchLane,
): BatchGpu {
  const stack = new Stack(scope, 'gpu', stackProps(deployment, 'gpu'));
  referLoosely(stack);
  const image = containerImage(stack, 'gpu');
  const logs = encryptedLogs(stack, deployment, 'gpu-worker', data.keys.operations);
  const worker = workerStatements(deployment, data, pipeline.gpu.queue);
  const roles = gpuRoles(stack, deployment, { image, logs, worker });
  const instances = gpuInstances(stack, deployment, { network: pipeline.network, lane, roles });
  const jobQueue = new JobQueue(stack, 'job-queue', {
    jobQueueName: deployment.name('gpu'),
    computeEnvironments: [{ order: 1, computeEnvironment: instances }],
    // A quota of 0 vCPU for G instances, or no capacity: end the job, so that the alarm on the queue tells it.
    jobStateTimeLimitActions: Object.values(JobStateTimeLimitActionsReason).map((reason) => ({
      reason,
      maxTime: Duration.minutes(60),
    })),
  });
  const jobDefinition = workerJob(stack, deployment, pipeline, { image, logs, roles, lane });
  const dispatcher = dispatchOnSchedule(stack, deployment, data, { pipeline, lane, jobQueue, jobDefinition });
  return { mode: 'batch', stack, ...dispatcher, jobQueueArn: jobQueue.jobQueueArn };
}

interface Dispatching {
  readonly pipeline: Pick<Pipeline, 'image'> & { readonly gpu: WorkQueue; readonly network: Network };
  readonly lane: BatchLane;
  readonly jobQueue: JobQueue;
  readonly jobDefinition: EcsJobDefinition;
}

function dispatchOnSchedule(
  stack: Stack,
  deployment: Deployment,
  { keys }: Pick<Data, 'keys'>,
  { pipeline, lane, jobQueue, jobDefinition }: Dispatching,
): Pick<BatchGpu, 'dispatch' | 'dispatchDeadLetters'> {
  const { jobQueueArn } = jobQueue;
  const { jobDefinitionArn } = jobDefinition;
  const dispatchDeadLetters = deadLetterQueue(stack, deployment, 'dispatch', {
    key: keys.messages,
    timeoutSeconds: dispatchLimits.timeoutSeconds,
  });
  const dispatch = imageFunction(stack, deployment, 'dispatch', {
    image: pipeline.image,
    network: pipeline.network,
    deadLetters: dispatchDeadLetters,
    limits: dispatchLimits,
    logKey: keys.operations,
    statements: [
      new PolicyStatement({ actions: ['sqs:GetQueueAttributes'], resources: [pipeline.gpu.queue.queueArn] }),
      ...sendStatements(keys.messages, dispatchDeadLetters),
      new PolicyStatement({ actions: ['batch:SubmitJob'], resources: [jobQueueArn, jobDefinitionArn] }),
      new PolicyStatement({ actions: ['batch:ListJobs'], resources: ['*'] }),
    ],
    environment: {
      CXAI_GPU_QUEUE_URL: pipeline.gpu.queue.queueUrl,
      CXAI_JOB_QUEUE: jobQueueArn,
      CXAI_JOB_DEFINITION: jobDefinitionArn,
      CXAI_MEAN_TASK_SECONDS: String(lane.meanTaskSeconds),
      CXAI_TARGET_SECONDS: String(lane.targetMinutes * 60),
      CXAI_MOST_WORKERS: String(lane.maxWorkers),
    },
  });
  new Rule(stack, 'dispatch-schedule', {
    description: 'Starts GPU workers for the backlog',
    schedule: Schedule.rate(dispatchEvery),
    targets: [new LambdaFunction(dispatch.fn, { retryAttempts: 0, maxEventAge: dispatchEvery })],
  });
  return { dispatch, dispatchDeadLetters };
}

/** `minvCpus: 0`: without work there is no instance. */
function gpuInstances(
  stack: Stack,
  deployment: Deployment,
  { network, lane, roles }: { readonly network: Network; readonly lane: BatchLane; readonly roles: GpuRoles },
): ManagedEc2EcsComputeEnvironment {
  const { vpc, functions } = network;
  return new ManagedEc2EcsComputeEnvironment(stack, 'gpu-instances', {
    vpc,
    vpcSubnets: { subnets: vpc.isolatedSubnets },
    securityGroups: [functions],
    instanceTypes: lane.instanceTypes.map((name) => new InstanceType(name)),
    useOptimalInstanceClasses: false,
    images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
    instanceRole: roles.instance.withoutPolicyUpdates(),
    launchTemplate: launchTemplate(stack, deployment),
    minvCpus: 0,
    maxvCpus: lane.maxWorkers * workerCpus,
    ...(lane.purchase === 'spot'
      ? { spot: true, allocationStrategy: AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED }
      : { allocationStrategy: AllocationStrategy.BEST_FIT_PROGRESSIVE }),
  });
}

/** Room for the CUDA image, encrypted; credentials of the instance by session only (IMDSv2). */
function launchTemplate(stack: Stack, deployment: Deployment): LaunchTemplate {
  const volume = BlockDeviceVolume.ebs(100, {
    encrypted: true,
    deleteOnTermination: true,
    volumeType: EbsDeviceVolumeType.GP3,
  });
  return new LaunchTemplate(stack, 'gpu-launch-template', {
    launchTemplateName: deployment.name('gpu'),
    requireImdsv2: true,
    blockDevices: [{ deviceName: '/dev/xvda', volume }],
  });
}

interface WorkerParts {
  readonly image: DockerImageAsset;
  readonly logs: LogGroup;
  readonly roles: GpuRoles;
  readonly lane: BatchLane;
}

/** Tried again where a spot instance was taken back; anything else ends the job and the queue keeps the rest. */
function workerJob(
  stack: Stack,
  deployment: Deployment,
  { gpu, cpu }: Pick<Pipeline, 'cpu'> & { readonly gpu: WorkQueue },
  { image, logs, roles, lane }: WorkerParts,
): EcsJobDefinition {
  const container = new EcsEc2ContainerDefinition(stack, 'worker', {
    image: ContainerImage.fromEcrRepository(image.repository, image.imageTag),
    cpu: workerCpus,
    memory: workerMemory,
    gpu: 1,
    jobRole: roles.worker.withoutPolicyUpdates(),
    executionRole: roles.execution.withoutPolicyUpdates(),
    logging: LogDriver.awsLogs({ logGroup: logs, streamPrefix: 'worker' }),
    environment: {
      AWS_REGION: deployment.settings.region,
      CXAI_DROP_BUCKET: deployment.bucketName('drop'),
      CXAI_RESULTS_BUCKET: deployment.bucketName('results'),
      CXAI_CPU_QUEUE_URL: cpu.queue.queueUrl,
      CXAI_GPU_QUEUE_URL: gpu.queue.queueUrl,
      CXAI_COMMIT: image.assetHash.slice(0, 12),
      CXAI_DEVICE: 'cuda',
      CXAI_HOURLY_USD: String(lane.hourlyUsd),
      CXAI_THREADS: String(workerCpus),
      POWERTOOLS_SERVICE_NAME: 'gpu-worker',
      POWERTOOLS_METRICS_NAMESPACE: deployment.metricsNamespace,
    },
  });
  return new EcsJobDefinition(stack, 'worker-job', {
    jobDefinitionName: deployment.name('gpu-worker'),
    container,
    retryAttempts: 3,
    retryStrategies: [
      { action: Action.RETRY, on: Reason.SPOT_INSTANCE_RECLAIMED },
      { action: Action.EXIT, on: Reason.custom({ onReason: '*' }) },
    ],
    timeout: Duration.hours(12),
    propagateTags: true,
  });
}

/**
 * The gpu lane on Lambda Managed Instances: the explain function again, on GPU instances in this deployment's network
 * that Lambda starts and ends. Simpler than AWS Batch and without spot prices; it scales to zero and wakes in minutes.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
 */
import { Duration, Stack } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CapacityProvider, InstanceTypeFilter, PropagateTags } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledgements.ts';
import { containerImage } from '../constructs/container-image.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { encryptedLogs } from '../constructs/encrypted-logs.ts';
import { workerStatements } from '../constructs/function-permissions.ts';
import { type ImageFunction, imageFunction, type Network } from '../constructs/image-function.ts';
import type { WorkQueue } from '../constructs/work-queue.ts';
import type { HospitalSettings } from '../settings/hospital-settings.ts';
import type { Data } from './data-stack.ts';
import { gpuTaskSeconds, type Pipeline } from './pipeline-stack.ts';
import { hospitalTag, referLoosely, stackProps } from './stack-props.ts';

type LambdaLane = Extract<HospitalSettings['lanes']['gpu'], { mode: 'lambda' }>;

export interface GpuFunction {
  readonly mode: 'lambda';
  readonly stack: Stack;
  readonly explain: ImageFunction;
}

/** The smallest G instances (xlarge) have four vCPU and one GPU. */
const cpus = 4;
const memoryMegabytes = 8192;

export function gpuFunctionStack(
  scope: Construct,
  deployment: Deployment,
  data: Data,
  pipeline: Pipeline & { readonly gpu: WorkQueue; readonly network: Network },
  lane: LambdaLane,
): GpuFunction {
  const stack = new Stack(scope, 'gpu', stackProps(deployment, 'gpu'));
  referLoosely(stack);
  const image = containerImage(stack, 'gpu-function');
  const provider = gpuInstances(stack, deployment, data, { network: pipeline.network, lane });
  const explain = imageFunction(stack, deployment, 'explain-gpu', {
    image,
    handler: 'explain',
    network: pipeline.network,
    capacity: { provider, acceleratorMemory: lane.acceleratorMemory, most: lane.maxWorkers },
    limits: { memoryMegabytes, timeoutSeconds: gpuTaskSeconds, concurrency: lane.maxWorkers },
    logKey: data.keys.operations,
    statements: workerStatements(deployment, data, pipeline.gpu.queue),
    environment: {
      CXAI_DROP_BUCKET: deployment.bucketName('drop'),
      CXAI_RESULTS_BUCKET: deployment.bucketName('results'),
      CXAI_CPU_QUEUE_URL: pipeline.cpu.queue.queueUrl,
      CXAI_GPU_QUEUE_URL: pipeline.gpu.queue.queueUrl,
      CXAI_COMMIT: image.assetHash.slice(0, 12),
      CXAI_DEVICE: 'cuda',
      CXAI_HOURLY_USD: String(lane.hourlyUsd),
      CXAI_THREADS: String(cpus),
    },
  });
  explain.fn.addEventSource(
    new SqsEventSource(pipeline.gpu.queue, {
      batchSize: 1,
      maxConcurrency: lane.maxWorkers,
      reportBatchItemFailures: true,
      maxBatchingWindow: Duration.seconds(0),
    }),
  );
  return { mode: 'lambda', stack, explain };
}

function gpuInstances(
  stack: Stack,
  deployment: Deployment,
  { keys }: Pick<Data, 'keys'>,
  { network, lane }: { readonly network: Network; readonly lane: LambdaLane },
): CapacityProvider {
  const operatorRole = new Role(stack, 'operator-role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': deployment.settings.account } },
    }),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AWSLambdaManagedEC2ResourceOperator')],
  });
  acknowledge(operatorRole, 'operator policy of AWS');
  return new CapacityProvider(stack, 'gpu-capacity', {
    capacityProviderName: deployment.name('gpu'),
    operatorRole: operatorRole.withoutPolicyUpdates(),
    subnets: network.vpc.isolatedSubnets,
    securityGroups: [network.functions],
    architectures: [Architecture.X86_64],
    instanceTypeFilter: InstanceTypeFilter.allow(lane.instanceTypes.map((name) => new InstanceType(name))),
    maxVCpuCount: lane.maxWorkers * cpus,
    propagateTags: PropagateTags.explicit({
      ...deployment.settings.tags,
      [hospitalTag]: deployment.settings.id,
    }),
    logGroup: encryptedLogs(stack, deployment, 'gpu-capacity', keys.operations),
  });
}

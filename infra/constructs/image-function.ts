/**
 * One Lambda function from the shared container image: its own role with a managed policy (no inline ones),
 * its own encrypted log group, tracing, reserved concurrency. A function on Lambda Managed Instances has the VPC and
 * the bound of its capacity provider instead.
 */
import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type CapacityProvider,
  type CfnFunction,
  DockerImageCode,
  DockerImageFunction,
  LoggingFormat,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Deployment } from './deployment.ts';
import { encryptedLogs } from './encrypted-logs.ts';
import type { FunctionLimits } from './function-limits.ts';
import { managedRole } from './managed-role.ts';

export interface Network {
  readonly vpc: IVpc;
  readonly functions: ISecurityGroup;
}

export interface ImageFunctionOptions {
  /** Program of the image; the function's own name where it is the same. */
  readonly handler?: string;
  readonly image: DockerImageAsset;
  readonly limits: FunctionLimits;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logKey: IKey;
  readonly network: Network | undefined;
  /** Of GPU instances that Lambda manages, where the function runs on those. */
  readonly capacity?: GpuCapacity;
  /** Only for what is called asynchronously. */
  readonly deadLetters?: Queue;
}

export interface GpuCapacity {
  readonly provider: CapacityProvider;
  /** GiB of the GPU. */
  readonly acceleratorMemory: number;
  readonly most: number;
}

export interface ImageFunction {
  readonly fn: DockerImageFunction;
  readonly logs: LogGroup;
}

export function imageFunction(
  scope: Construct,
  deployment: Deployment,
  name: string,
  options: ImageFunctionOptions,
): ImageFunction {
  const { image, limits, environment, network, deadLetters, capacity } = options;
  const logs = encryptedLogs(scope, deployment, name, options.logKey);
  const role = functionRole(scope, name, logs, options);
  const fn = new DockerImageFunction(scope, `${name}-function`, {
    functionName: deployment.name(name),
    description: `CXAI ${deployment.settings.id}: ${name}`,
    code: DockerImageCode.fromEcr(image.repository, {
      tagOrDigest: image.imageTag,
      cmd: [`${options.handler ?? name}.handler`],
    }),
    architecture: Architecture.X86_64,
    role: role.withoutPolicyUpdates(),
    memorySize: limits.memoryMegabytes,
    timeout: Duration.seconds(limits.timeoutSeconds),
    ...(capacity ? {} : { reservedConcurrentExecutions: limits.concurrency }),
    tracing: Tracing.ACTIVE,
    loggingFormat: LoggingFormat.JSON,
    logGroup: logs,
    environment: {
      ...environment,
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: deployment.metricsNamespace,
      NODE_OPTIONS: '--enable-source-maps',
    },
    ...(network && !capacity
      ? {
          vpc: network.vpc,
          securityGroups: [network.functions],
          vpcSubnets: { subnets: network.vpc.isolatedSubnets },
        }
      : {}),
    ...(deadLetters ? { deadLetterQueue: deadLetters } : {}),
  });
  fn.node.addDependency(role.node.findChild('permissions'));
  if (capacity) runOnGpu(fn, capacity);
  else if (!network) acknowledge(fn, 'outside a VPC');
  if (!deadLetters) acknowledge(fn, 'failures go to the queue');
  return { fn, logs };
}

/**
 * One task per environment and GPU, none kept without work. The library has no property for the accelerator yet.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-acceleratorconfig.html
 */
function runOnGpu(fn: DockerImageFunction, { provider, acceleratorMemory, most }: GpuCapacity): void {
  provider.addFunction(fn, {
    perExecutionEnvironmentMaxConcurrency: 1,
    executionEnvironmentMemoryGiBPerVCpu: 4,
    latestPublishedScalingConfig: { minExecutionEnvironments: 0, maxExecutionEnvironments: most },
  });
  (fn.node.defaultChild as CfnFunction).addPropertyOverride('AcceleratorConfig', {
    AcceleratorMemorySize: acceleratorMemory,
  });
  acknowledge(fn, 'accelerator unknown to the library');
  acknowledge(fn, 'bounded by its capacity provider');
}

function functionRole(scope: Construct, name: string, logs: LogGroup, options: ImageFunctionOptions): Role {
  const { role, policy } = managedRole(scope, name, {
    service: 'lambda.amazonaws.com',
    description: `What the CXAI function ${name} may do`,
    statements: [
      ...options.statements,
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logs.logGroupArn],
      }),
      new PolicyStatement({ actions: serviceActions(options.network), resources: ['*'] }),
    ],
  });
  acknowledge(policy, 'actions without resources');
  return role;
}

/** Actions that accept no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
function serviceActions(network: Network | undefined): string[] {
  return [
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    ...(network
      ? [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ]
      : []),
  ];
}

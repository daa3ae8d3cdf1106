/**
 * Roles of the gpu lane: the instance (its ECS agent), whoever starts the container, and the worker in it. The
 * cluster is made and named by AWS Batch (`AWSBatch-…`), so the agent's permissions name it by that prefix.
 */
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeFindings } from './acknowledgements.ts';
import { containerStart } from './container-start.ts';
import type { Deployment } from './deployment.ts';
import { managedRole } from './managed-role.ts';

export const batchClusterReason =
  'AWS Batch makes the cluster and chooses its name after the prefix AWSBatch-; only ECS agent actions are allowed there.';

export interface GpuRoleOptions {
  readonly image: DockerImageAsset;
  readonly logs: LogGroup;
  readonly worker: readonly PolicyStatement[];
}

export interface GpuRoles {
  readonly instance: Role;
  readonly execution: Role;
  readonly worker: Role;
}

export function gpuRoles(
  scope: Construct,
  deployment: Deployment,
  { image, logs, worker }: GpuRoleOptions,
): GpuRoles {
  const start = containerStart(image, logs);
  const instance = managedRole(scope, 'gpu-instance', {
    service: 'ec2.amazonaws.com',
    description: 'What the ECS agent of a CXAI GPU instance may do',
    statements: [...start, ...agentStatements(deployment)],
  });
  const execution = managedRole(scope, 'gpu-execution', {
    service: 'ecs-tasks.amazonaws.com',
    description: 'What starts the container of a CXAI GPU worker',
    statements: start,
  });
  acknowledge(instance.policy, 'actions without resources');
  acknowledge(execution.policy, 'actions without resources');
  acknowledgeFindings(
    instance.policy,
    clusterArns(deployment).map((arn) => `AwsSolutions-IAM5[Resource::${arn}]`),
    batchClusterReason,
  );
  const { role } = managedRole(scope, 'gpu-worker', {
    service: 'ecs-tasks.amazonaws.com',
    description: 'What a CXAI GPU worker may do: as the explain function, on the gpu queue',
    statements: worker,
  });
  return { instance: instance.role, execution: execution.role, worker: role };
}

const clusterArns = ({ settings: { region, account } }: Deployment): string[] =>
  ['cluster', 'container-instance'].map((kind) => `arn:aws:ecs:${region}:${account}:${kind}/AWSBatch-*`);

/** AmazonEC2ContainerServiceforEC2Role without what these instances never do, and only on Batch's clusters. */
const agentStatements = (deployment: Deployment): PolicyStatement[] => [
  new PolicyStatement({ actions: ['ecs:DiscoverPollEndpoint'], resources: ['*'] }),
  new PolicyStatement({
    actions: [
      'ecs:RegisterContainerInstance',
      'ecs:DeregisterContainerInstance',
      'ecs:UpdateContainerInstancesState',
      'ecs:Poll',
      'ecs:StartTelemetrySession',
      'ecs:SubmitAttachmentStateChanges',
      'ecs:SubmitContainerStateChange',
      'ecs:SubmitTaskStateChange',
    ],
    resources: clusterArns(deployment),
  }),
];

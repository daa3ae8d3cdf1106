/** Roles of a study's jobs: whoever starts the container, and the worker in it, which reaches the study bucket only. */
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import { containerStart } from './container-start.ts';
import { managedRole } from './managed-role.ts';

export interface StudyRoles {
  readonly execution: Role;
  readonly worker: Role;
}

export function studyRoles(
  scope: Construct,
  {
    image,
    logs,
    worker,
  }: {
    readonly image: DockerImageAsset;
    readonly logs: LogGroup;
    readonly worker: readonly PolicyStatement[];
  },
): StudyRoles {
  const execution = managedRole(scope, 'study-execution', {
    service: 'ecs-tasks.amazonaws.com',
    description: 'What starts the container of a CXAI study job',
    statements: containerStart(image, logs),
  });
  acknowledge(execution.policy, 'actions without resources');
  const { role } = managedRole(scope, 'study-worker', {
    service: 'ecs-tasks.amazonaws.com',
    description: 'What a CXAI study job may do: read its plan and data, write its result',
    statements: worker,
  });
  return { execution: execution.role, worker: role };
}

/** A role that one service assumes, with one managed policy of this deployment and nothing that others may widen. */
import { ManagedPolicy, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeObjectPatterns } from './acknowledgements.ts';

export interface ManagedRoleOptions {
  readonly service: string;
  readonly description: string;
  readonly statements: readonly PolicyStatement[];
}

export interface ManagedRole {
  readonly role: Role;
  readonly policy: ManagedPolicy;
}

export function managedRole(
  scope: Construct,
  name: string,
  { service, description, statements }: ManagedRoleOptions,
): ManagedRole {
  const role = new Role(scope, `${name}-role`, { assumedBy: new ServicePrincipal(service) });
  const policy = new ManagedPolicy(role, 'permissions', {
    description,
    statements: [...statements],
    roles: [role],
  });
  acknowledgeObjectPatterns(policy, statements);
  return { role, policy };
}

/** Name, environment and cost tags of a stack, and how it refers to what other stacks hold. */
import { CrossStackReferences, ReferenceStrength, type Stack, type StackProps } from 'aws-cdk-lib';
import type { Deployment } from '../constructs/deployment.ts';

export const hospitalTag = 'cxai:hospital';

export function stackProps(deployment: Deployment, part: string): StackProps {
  const { id, account, region, tags } = deployment.settings;
  return {
    stackName: deployment.name(part),
    env: { account, region },
    tags: { ...tags, [hospitalTag]: id, 'cxai:part': part },
  };
}

/**
 * Of a stack that the settings switch off, and of those that look at one: what it reads of other stacks is read when it
 * is deployed (Fn::GetStackOutput) instead of imported, because CloudFormation keeps anybody from removing an export
 * that is imported, and the gpu lane or the study could never be switched off.
 */
export function referLoosely(stack: Stack): void {
  CrossStackReferences.of(stack).consume(ReferenceStrength.WEAK);
}

/** Name, environment and cost tags of a stack. */
import type { StackProps } from 'aws-cdk-lib';
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

/** All stacks of one hospital. */
import type { App } from 'aws-cdk-lib';
import { createDeployment } from './constructs/deployment.ts';
import type { HospitalSettings } from './settings/hospital-settings.ts';
import { type Data, dataStack } from './stacks/data-stack.ts';
import { type Pipeline, pipelineStack } from './stacks/pipeline-stack.ts';

export interface Stacks {
  readonly data: Data;
  readonly pipeline: Pipeline;
}

export function buildDeployment(app: App, settings: HospitalSettings): Stacks {
  const deployment = createDeployment(settings);
  const data = dataStack(app, deployment);
  const pipeline = pipelineStack(app, deployment, data);
  return { data, pipeline };
}

/** All stacks of one hospital, with the rule packs that check them at synthesis. */
import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { createDeployment } from './constructs/deployment.ts';
import type { HospitalSettings } from './settings/hospital-settings.ts';
import { type Data, dataStack } from './stacks/data-stack.ts';
import { type Gpu, gpuLane } from './stacks/gpu-lane.ts';
import { type Pipeline, pipelineStack } from './stacks/pipeline-stack.ts';
import { type Site, siteStack } from './stacks/site-stack.ts';
import { type Study, studyStack } from './stacks/study-stack.ts';
import { watchStack } from './stacks/watch-stack.ts';

export interface Stacks {
  readonly data: Data;
  readonly pipeline: Pipeline;
  /** Where the hospital has switched the gpu lane on. */
  readonly gpu: Gpu | undefined;
  /** Where the hospital has switched the study on. */
  readonly study: Study | undefined;
  readonly site: Site;
  readonly watch: Stack;
}

export function buildDeployment(app: App, settings: HospitalSettings): Stacks {
  const deployment = createDeployment(settings);
  const data = dataStack(app, deployment);
  const pipeline = pipelineStack(app, deployment, data);
  const gpu = gpuLane(app, deployment, data, pipeline);
  const study = studyStack(app, deployment, data, pipeline);
  const site = siteStack(app, deployment, data);
  const watch = watchStack(app, deployment, { data, pipeline, gpu, study });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
  return { data, pipeline, gpu, study, site, watch };
}

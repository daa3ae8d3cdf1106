/** The gpu lane as the hospital's settings have it: workers of AWS Batch, the function on managed instances, or none. */
import type { Construct } from 'constructs';
import type { Deployment } from '../constructs/deployment.ts';
import type { Data } from './data-stack.ts';
import { type GpuFunction, gpuFunctionStack } from './gpu-function-stack.ts';
import { type BatchGpu, gpuStack } from './gpu-stack.ts';
import type { Pipeline } from './pipeline-stack.ts';

export type Gpu = BatchGpu | GpuFunction;

export function gpuLane(
  scope: Construct,
  deployment: Deployment,
  data: Data,
  pipeline: Pipeline,
): Gpu | undefined {
  const lane = deployment.settings.lanes.gpu;
  const { gpu, network } = pipeline;
  if (lane.mode === 'off' || !gpu || !network) return undefined;
  const ready = { ...pipeline, gpu, network };
  return lane.mode === 'batch'
    ? gpuStack(scope, deployment, data, ready, lane)
    : gpuFunctionStack(scope, deployment, data, ready, lane);
}

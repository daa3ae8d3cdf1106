/** What every use case works with, made once per process from the environment. */
import { createAwsClients } from './aws-clients.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { createModelRegistry, type ModelRegistry } from './model-registry.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';
import { createOnnxRuntimeRunner } from './onnxruntime-runner.ts';
import { createReferenceKey } from './reference-key.ts';
import { createTaskQueue, type TaskQueue } from './task-queue.ts';

export interface Services {
  readonly environment: Environment;
  /** Identifiable: uploads and receipts. */
  readonly drop: ObjectStore;
  /** De-identified: models, runs, index. */
  readonly results: ObjectStore;
  readonly tasks: TaskQueue;
  readonly models: ModelRegistry;
  /** Key of the one-way references that stand for files in results: 64 hex digits. */
  readonly referenceKey: () => Promise<string>;
  readonly now: () => Date;
}

export function createServices(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Services {
  const environment = readEnvironment(variables);
  const { s3, sqs } = createAwsClients();
  const results = createObjectStore(s3, environment.CXAI_RESULTS_BUCKET);
  const runner = createOnnxRuntimeRunner({
    threads: environment.CXAI_THREADS,
    device: environment.CXAI_DEVICE,
  });
  return {
    environment,
    drop: createObjectStore(s3, environment.CXAI_DROP_BUCKET),
    results,
    tasks: createTaskQueue(sqs, {
      cpu: environment.CXAI_CPU_QUEUE_URL,
      gpu: environment.CXAI_GPU_QUEUE_URL,
    }),
    models: createModelRegistry(results, runner),
    referenceKey: createReferenceKey(environment),
    now: () => new Date(),
  };
}

/**
 * The pipeline's own cost per task: one method of next to no compute (gradients of an 8×8 one-layer model)
 * through queue and store, including plan, input, map, preview, marker, manifest and index.
 * `node tests/bench/task-overhead.ts [tasks]` prints the median time per task of one worker and the rate of two.
 *
 * Ingest runs first, with no explain worker, so that every task waits in the queue; then the pipeline starts
 * again on the same folder, and the time between two handled tasks is taken.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { encodePng } from '../../functions/common/encode-png.ts';
import { registerModel } from '../../functions/local/register-models.ts';
import { type Harness, startHarness } from '../e2e/pipeline-harness.ts';
import { seededPicture } from '../e2e/seeded-picture.ts';
import { tinyModel } from './tiny-model.ts';

const tasks = Number(process.argv[2] ?? 300);
/** The first tasks compile the model and fill caches. */
const warmUp = 20;

async function fillQueue(directory: string): Promise<void> {
  const harness = await startHarness({ directory, workers: 0, methods: ['gradients'], metrics: 'none' });
  await registerModel(harness.results, tinyModel());
  for (let seed = 0; seed < tasks; seed += 1) {
    await harness.dropFile(`${seed}.png`, await encodePng(seededPicture(seed, 8)), 'tiny');
  }
  while ((await waiting(harness)) < tasks) await new Promise((resolve) => setTimeout(resolve, 100));
  await harness.close();
}

async function waiting({ pipeline }: Harness): Promise<number> {
  const { Attributes } = await pipeline.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: pipeline.topology.queues.cpu, AttributeNames: ['All'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

async function measure(workers: number) {
  const directory = await mkdtemp(join(tmpdir(), 'cxai-overhead-'));
  try {
    await fillQueue(directory);
    const handledAt: number[] = [];
    const harness = await startHarness({
      directory,
      workers,
      methods: ['gradients'],
      metrics: 'none',
      onHandled: (queue) => void (queue === 'cpu' && handledAt.push(performance.now())),
    });
    await harness.waitForRuns(tasks, 300);
    await harness.close();
    const steady = handledAt.slice(warmUp);
    const gaps = steady.slice(1).map((at, index) => at - steady[index]!);
    const seconds = (steady.at(-1)! - steady[0]!) / 1000;
    return {
      medianMillisecondsBetweenTasks: gaps.sort((a, b) => a - b)[gaps.length >> 1],
      tasksPerSecond: (steady.length - 1) / seconds,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

process.stdout.write(
  `${JSON.stringify({ tasks, 'one worker': await measure(1), 'two workers': await measure(2) }, null, 2)}\n`,
);

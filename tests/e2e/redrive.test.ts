/** Running failed methods again: a run that ended partial becomes complete, and each method is computed once. */

import { join } from 'node:path';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../functions/common/decode-image.ts';
import { encodePng } from '../../functions/common/encode-png.ts';
import { readEnvironment } from '../../functions/common/environment.ts';
import { readJson } from '../../functions/common/json-object.ts';
import { createModelRegistry } from '../../functions/common/model-registry.ts';
import { createOnnxRuntimeRunner } from '../../functions/common/onnxruntime-runner.ts';
import { writeResult } from '../../functions/common/run-progress.ts';
import { createTaskQueue } from '../../functions/common/task-queue.ts';
import { bundledModels, readModelFolder } from '../../functions/local/register-models.ts';
import { countDeadLetters, returnDeadLetters } from '../../functions/redrive/dead-letters.ts';
import { redriveRun } from '../../functions/redrive/redrive-run.ts';
import { sweepRuns } from '../../functions/sweep/sweep-runs.ts';
import { pixelDigestOf } from '../../shared/imaging/pixel-digest.ts';
import {
  lastFaultName,
  manifestKey,
  mapName,
  pendingKey,
  resultName,
  runKey,
  sentKey,
} from '../../shared/manifest/keys.ts';
import { type ExplainedManifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { gpuAboveFlops, planMethods } from '../../shared/pipeline/plan-methods.ts';
import { runIdOf } from '../../shared/pipeline/run-id.ts';
import { type Harness, startHarness } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

const methods = ['gradients', 'integrated-gradients'];
let harness: Harness;
const handled: string[] = [];
beforeAll(async () => {
  harness = await startHarness({
    methods,
    metrics: 'none',
    topology: { visibilitySeconds: 20, maxReceiveCount: 1 },
    onHandled: (queue, records) => {
      if (queue === 'cpu') handled.push(...records.map(({ body }: SQSRecord) => JSON.parse(body).method));
    },
  });
});
afterAll(() => harness?.close());

const services = () => ({
  results: harness.results,
  tasks: createTaskQueue(harness.pipeline.clients.sqs, {
    cpu: harness.pipeline.topology.queues.cpu,
    gpu: undefined,
  }),
});

const manifestOf = async (runId: string): Promise<ExplainedManifest | undefined> => {
  const manifest = (await readJson(harness.results, manifestKey(runId), manifestSchema))?.value;
  return manifest?.status === 'rejected' ? undefined : manifest;
};

const within = { interval: 30 };
const statusOf = async (runId: string) => (await manifestOf(runId))?.status;
const entryOf = async (runId: string) => (await harness.runs()).filter((entry) => entry.runId === runId);

const failed = 'integrated-gradients';

/** A finished run without its integrated gradients: they could not be stored and became a dead letter. */
async function partialRun(seed: number): Promise<string> {
  const bytes = await encodePng(seededPicture(seed));
  const runId = await expectedRunId(bytes);
  const resource = `cxai-results/${runKey(runId, mapName(failed))}`;
  harness.pipeline.cloud.faults.set({ rules: [{ fault: 'slow-down', operation: 'PutObject', resource }] });
  return endedPartial(seed, runId, bytes);
}

/** The same at once: the marker is there before the file is dropped. */
async function quickPartialRun(seed: number): Promise<string> {
  const bytes = await encodePng(seededPicture(seed));
  const runId = await expectedRunId(bytes);
  const error = { code: 'worker-lost', message: 'lost', remedy: null, permanent: false };
  const common = { schema: 'cxai.method-result/1' as const, runId, method: failed, options: {}, attempts: 1 };
  await writeResult(harness.results, { ...common, status: 'failed', error });
  return endedPartial(seed, runId, bytes);
}

async function endedPartial(seed: number, runId: string, bytes: Uint8Array): Promise<string> {
  await harness.dropFile(`${seed}.png`, bytes);
  await expect.poll(() => statusOf(runId), within).toBe('partial');
  await expect.poll(async () => (await entryOf(runId))[0]?.status, within).toBe('partial');
  await expect.poll(() => harness.results.size(pendingKey(runId)), within).toBeUndefined();
  harness.pipeline.cloud.faults.clear();
  handled.length = 0;
  return runId;
}

/** Content-addressed, so it can be known before the run. */
async function expectedRunId(bytes: Uint8Array): Promise<string> {
  const { card } = await readModelFolder(join(bundledModels, 'phantom'));
  const planned = planMethods(
    methods.map((method) => ({ method })),
    { seed: 0, forwardFlops: 0, rule: { gpu: false, gpuAbove: gpuAboveFlops } },
  );
  return runIdOf(pixelDigestOf(await decodeImage(bytes)), card, planned, { seed: 0, metrics: 'none' });
}

describe('a run that ended partial', () => {
  it('becomes complete: only what failed is computed, once, and its index entry is replaced', async () => {
    const runId = await partialRun(11);
    const before = (await manifestOf(runId))!;
    const answers = await Promise.allSettled([1, 2, 3].map(() => redriveRun(services(), runId)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toEqual([
      { status: 'fulfilled', value: { runId, methods: ['integrated-gradients'] } },
    ]);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'run-under-way' });
    }
    await expect.poll(() => statusOf(runId), within).toBe('complete');
    await expect.poll(async () => (await entryOf(runId))[0]?.status, within).toBe('complete');
    expect(await entryOf(runId)).toMatchObject([{ failedMethods: [], methods: 2 }]);
    const after = (await manifestOf(runId))!;
    expect(after.methods[0]).toEqual(before.methods[0]);
    await expect.poll(() => handled, within).toEqual([failed]);
    expect(await harness.results.size(runKey(runId, lastFaultName('integrated-gradients')))).toBeUndefined();
    await expect.poll(() => harness.results.size(pendingKey(runId)), within).toBeUndefined();
    await expect(redriveRun(services(), runId)).rejects.toMatchObject({ code: 'nothing-to-redrive' });
  });

  it('is repaired by the sweeper where the command died before the tasks were sent', async () => {
    const runId = await quickPartialRun(12);
    const dying = { ...services(), tasks: { send: () => Promise.reject(new Error('killed')) } };
    await expect(redriveRun(dying, runId)).rejects.toThrow('killed');
    expect(await harness.results.size(sentKey(runId))).toBeUndefined();
    await expect(redriveRun(services(), runId)).rejects.toMatchObject({ code: 'run-under-way' });
    await sweepLater();
    await expect.poll(() => statusOf(runId), within).toBe('complete');
    await expect.poll(() => handled, within).toContain(failed);
    expect(handled.filter((method) => method === failed)).toHaveLength(1);
  });

  it('keeps its manifest where the command died at the start, once the sweeper has been', async () => {
    const runId = await quickPartialRun(13);
    await harness.results.writeOnce(pendingKey(runId), '', 'text/plain');
    await harness.results.remove(manifestKey(runId));
    await sweepLater();
    expect(await statusOf(runId)).toBe('partial');
    expect(await harness.results.size(pendingKey(runId))).toBeUndefined();
  });

  it.each([
    ['an unknown run', () => 'f'.repeat(32), undefined, 'run-unknown'],
    [
      'a method that succeeded',
      async () => (await harness.runs()).find(({ status }) => status === 'complete')!.runId,
      ['gradients'],
      'nothing-to-redrive',
    ],
  ])('%s is refused and nothing is touched', async (_, run, chosen, code) => {
    const runId = await run();
    const marker = runKey(runId, resultName('gradients'));
    const before = await harness.results.size(marker);
    await expect(redriveRun(services(), runId, chosen)).rejects.toMatchObject({ code });
    expect(await harness.results.size(pendingKey(runId))).toBeUndefined();
    expect(await harness.results.size(marker)).toBe(before);
  });
});

/** The sweeper as it runs after the time in which workers are left alone. */
async function sweepLater(): Promise<void> {
  const { topology } = harness.pipeline;
  const environment = readEnvironment({
    CXAI_DROP_BUCKET: topology.dropBucket,
    CXAI_RESULTS_BUCKET: topology.resultsBucket,
    CXAI_CPU_QUEUE_URL: topology.queues.cpu,
  });
  const later = {
    ...services(),
    environment,
    drop: harness.drop,
    models: createModelRegistry(harness.results, createOnnxRuntimeRunner({ threads: 1 })),
    referenceKey: async () => 'ab'.repeat(32),
    now: () => new Date(Date.now() + 120_000),
  };
  await sweepRuns(later, 60);
}

describe('dead letters that stay', () => {
  it('are counted, and go back to their queue with what they carry', async () => {
    const { sqs } = harness.pipeline.clients;
    const { queues } = harness.pipeline.topology;
    const body = JSON.stringify({ Event: 's3:TestEvent' });
    const messages = Array.from({ length: 12 }, (_, index) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queues['catalog-dead-letters'],
          MessageBody: body,
          MessageAttributes: { traceId: { DataType: 'String', StringValue: String(index) } },
        }),
      ),
    );
    await Promise.all(messages);
    expect(await countDeadLetters(sqs, 'cxai')).toContainEqual({ queue: 'catalog', messages: 12 });
    expect(await returnDeadLetters(sqs, 'cxai', 'catalog')).toBe(12);
    expect(await countDeadLetters(sqs, 'cxai')).toContainEqual({ queue: 'catalog', messages: 0 });
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queues['catalog-dead-letters'],
        AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('of a lane that is not there are none', async () => {
    const { sqs } = harness.pipeline.clients;
    expect((await countDeadLetters(sqs, 'cxai')).map(({ queue }) => queue)).toEqual([
      'ingest',
      'cpu',
      'catalog',
    ]);
    expect(await returnDeadLetters(sqs, 'cxai', 'gpu')).toBe(0);
  });
});

import { PurgeQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../functions/common/encode-png.ts';
import { readJson } from '../../functions/common/json-object.ts';
import { createServices, type Services } from '../../functions/common/services.ts';
import { explainTask } from '../../functions/explain/explain-task.ts';
import { sweepRuns } from '../../functions/sweep/sweep-runs.ts';
import { manifestKey, pendingKey, sentKey } from '../../shared/manifest/keys.ts';
import { manifestSchema } from '../../shared/manifest/manifest.ts';
import { type Harness, startHarness, threeMethods } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

let harness: Harness;
let services: Services;
let hoursLater = 0;

beforeAll(async () => {
  harness = await startHarness({ workers: 0 });
  const { cloud, topology } = harness.pipeline;
  const { accessKeyId, secretAccessKey } = cloud.credentials;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  const made = createServices({
    CXAI_DROP_BUCKET: topology.dropBucket,
    CXAI_RESULTS_BUCKET: topology.resultsBucket,
    CXAI_CPU_QUEUE_URL: topology.queues.cpu,
    CXAI_REFERENCE_KEY: '0'.repeat(64),
    CXAI_THREADS: '1',
  });
  services = { ...made, now: () => new Date(Date.now() + hoursLater * 3_600_000) };
});
afterAll(() => harness.close());

/** A run whose plan is written and whose tasks wait, with nobody to take them. */
async function plannedRun(seed: number): Promise<string> {
  await harness.dropFile(`${seed}.png`, await encodePng(seededPicture(seed)));
  const receipt = () => harness.receipt(`${seed}.png`);
  await expect.poll(receipt).toBeDefined();
  return (await receipt())!.runId;
}

const manifest = async (runId: string) =>
  (await readJson(harness.results, manifestKey(runId), manifestSchema))?.value;

async function waitingTasks(): Promise<string[]> {
  const { clients, topology } = harness.pipeline;
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: topology.queues.cpu,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
    }),
  );
  return Messages.map(({ Body }) => (JSON.parse(Body!) as { method: string }).method).sort();
}

const purge = () =>
  harness.pipeline.clients.sqs.send(
    new PurgeQueueCommand({ QueueUrl: harness.pipeline.topology.queues.cpu }),
  );

const work = async (runId: string): Promise<void> => {
  for (const method of threeMethods) {
    const task = { schema: 'cxai.task/1' as const, runId, method, traceId: '0'.repeat(32) };
    await explainTask(services, task, 1);
  }
};

describe('the sweeper', () => {
  it('leaves a young run alone', async () => {
    await plannedRun(1);
    hoursLater = 0;
    expect(await sweepRuns(services, 60)).toMatchObject({ pending: 1, finished: 0, resent: 0, expired: 0 });
  });

  it('sends the tasks again where ingest died before it had sent them all', async () => {
    const runId = await plannedRun(2);
    await harness.results.remove(sentKey(runId));
    await purge();
    hoursLater = 1;
    expect(await sweepRuns(services, 60)).toMatchObject({ resent: 1 });
    expect(await waitingTasks()).toEqual([...threeMethods].sort());
    expect(await harness.results.size(sentKey(runId))).toBeDefined();
  });

  it('writes the manifest where the last worker died between its marker and the manifest', async () => {
    const runId = await plannedRun(3);
    await work(runId);
    const written = await manifest(runId);
    await harness.results.remove(manifestKey(runId));
    await harness.results.write(pendingKey(runId), '', 'text/plain');
    hoursLater = 1;
    expect(await sweepRuns(services, 60)).toMatchObject({ finished: 1 });
    expect(await manifest(runId)).toEqual({ ...written, finishedAt: expect.any(String) });
    expect(await harness.results.size(pendingKey(runId))).toBeUndefined();
  });

  it('ends a run past its deadline, with the reason in the manifest', async () => {
    const runId = await plannedRun(4);
    hoursLater = 71;
    expect((await sweepRuns(services, 60)).expired).toBe(0);
    hoursLater = 73;
    expect((await sweepRuns(services, 60)).expired).toBeGreaterThan(0);
    const ended = await manifest(runId);
    expect(ended).toMatchObject({ status: 'failed' });
    expect(ended?.status !== 'rejected' && ended?.methods[0]).toMatchObject({
      status: 'failed',
      error: { code: 'deadline-passed' },
    });
  });
});

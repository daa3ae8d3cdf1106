/**
 * A study through the embedded cloud: submitted, two workers at a time, one killed in mid-training and started again
 * as Batch would, fetched, reported. Batch itself is the only stand-in: it is asked, and its elements are run here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SubmitJobCommand } from '@aws-sdk/client-batch';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOutput } from '../../functions/cli/output.ts';
import { studyFetchCommand, studySubmitCommand } from '../../functions/cli/study-cloud-command.ts';
import { createAwsClients } from '../../functions/common/aws-clients.ts';
import { encodePng } from '../../functions/common/encode-png.ts';
import { startCloud } from '../../functions/local/cloud/start-cloud.ts';
import { readStudy } from '../../functions/study/read-study.ts';
import { runStudy } from '../../functions/study/run-study.ts';
import { startArray } from '../../functions/study/start-array.ts';
import { openStudyBucket } from '../../functions/study/study-bucket.ts';
import { xoshiro } from '../../shared/attribution/noise/xoshiro.ts';
import { studyTaskSchema } from '../../shared/manifest/study-task.ts';

const credentials = { accessKeyId: 'study-test', secretAccessKey: 'study-test-secret' };
const root = mkdtempSync(join(tmpdir(), 'cxai-study-cloud-'));
const BUCKET = 'study';
let cloud: Awaited<ReturnType<typeof startCloud>>;
let queue: string;

/** Random cells; images of the second class are brighter in the middle. */
async function writeImages(): Promise<void> {
  const { below } = xoshiro(4);
  for (let n = 0; n < 60; n++) {
    const cells = Array.from({ length: 64 }, () => below(120));
    const data = Uint8ClampedArray.from({ length: 16 * 16 }, (_, i) => {
      const [row, column] = [Math.floor(i / 16), i % 16];
      const middle = n % 2 === 1 && Math.hypot(row - 7.5, column - 7.5) < 4 ? 130 : 0;
      return cells[8 * (row >> 1) + (column >> 1)]! + middle;
    });
    const folder = join(root, 'images', n % 2 === 0 ? 'plain' : 'spot');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `DOE-JANE-${n}.png`),
      await encodePng({ width: 16, height: 16, channels: 1, data }),
    );
  }
  const spec = {
    schema: 'cxai.study/1',
    id: 'spots',
    data: { folder: 'images', classes: { plain: ['plain'], spot: ['spot'] }, input: { side: 16 } },
    search: {
      kind: 'grid',
      over: { blocks: [1, 2], learningRate: [0.01, 0.001] },
      fixed: { filters: 4, dense: 8, batch: 8 },
    },
    training: { epochs: 40 },
  };
  writeFileSync(join(root, 'spec.json'), JSON.stringify(spec));
}

beforeAll(async () => {
  cloud = await startCloud({ directory: join(root, 'cloud'), port: 0, credentials });
  vi.stubEnv('AWS_ENDPOINT_URL', cloud.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
  const { s3, sqs } = createAwsClients();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  queue = (await sqs.send(new CreateQueueCommand({ QueueName: 'study' }))).QueueUrl!;
  await writeImages();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.close();
  rmSync(root, { recursive: true });
});

const program = fileURLToPath(new URL('../../functions/study/worker.ts', import.meta.url));
const worker = (list: string, index: number): ChildProcess =>
  spawn(process.execPath, [program], {
    env: {
      ...process.env,
      CXAI_STUDY_BUCKET: BUCKET,
      CXAI_STUDY: 'spots',
      CXAI_STUDY_LIST: list,
      AWS_BATCH_JOB_ARRAY_INDEX: String(index),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const exit = async (child: ChildProcess): Promise<number | null> => {
  child.stdout!.resume();
  return (await once(child, 'exit'))[0];
};

/** Killed as soon as it has saved an epoch. */
async function killedInTraining(list: string, index: number): Promise<void> {
  const child = worker(list, index);
  const gone = once(child, 'exit');
  for await (const chunk of child.stdout!) {
    if (String(chunk).includes('epoch saved')) child.kill('SIGKILL');
  }
  expect((await gone)[1]).toBe('SIGKILL');
}

describe('a study in the cloud', () => {
  it('computes every job once, through a killed worker, to the weights of an undisturbed run', async () => {
    const output = createOutput(true);
    const local = join(root, 'local');
    await studySubmitCommand(join(root, 'spec.json'), { bucket: BUCKET, queue, out: local }, output);
    const { s3, sqs } = createAwsClients();
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue }));
    const { study } = studyTaskSchema.parse(JSON.parse(Messages![0]!.Body!));
    const bucket = openStudyBucket(s3, BUCKET, study);
    const submitted: SubmitJobCommand['input'][] = [];
    const batch = { send: async (command: SubmitJobCommand) => void submitted.push(command.input) } as never;
    const start = () => startArray(study, bucket, batch, { jobQueue: 'q', jobDefinition: 'd' });
    const { list, missing } = await start();
    expect(missing).toBe(4);
    expect(submitted[0]!.arrayProperties).toEqual({ size: 4 });

    const [, first] = await Promise.all([killedInTraining(list!, 0), exit(worker(list!, 1))]);
    expect(first).toBe(0);
    expect(await Promise.all([exit(worker(list!, 0)), exit(worker(list!, 2))])).toEqual([0, 0]);
    expect(await start()).toMatchObject({ missing: 1 });
    expect(submitted[1]!.arrayProperties).toBeUndefined();
    expect(await exit(worker(list!, 3))).toBe(0);
    expect(await start()).toEqual({ missing: 0, list: null });

    const fetched = join(root, 'fetched');
    expect(await studyFetchCommand('spots', { bucket: BUCKET, out: fetched }, output)).toBe(0);
    const here = await readStudy(local);
    await runStudy(here.plan, { folder: local, data: here.data, processes: 2 });
    const digests = async (folder: string) =>
      (await readStudy(folder)).results.map(({ weights }) => weights.digest);
    expect(await digests(fetched)).toEqual(await digests(local));

    const names: string[] = [];
    for await (const { key } of bucket.objects.list('')) names.push(key);
    expect(names.join()).not.toMatch(/DOE|JANE|checkpoints/);
    expect(names.filter((key) => key.includes('/results/'))).toHaveLength(4);
  }, 1_700_000);
});

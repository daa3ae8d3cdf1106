/**
 * One element of an array job: one configuration with one seed. Takes plan and data from the bucket, goes on from the
 * checkpoint of a predecessor that was lost, saves one after each epoch, and writes weights, then the result, once.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { studyPlanSchema } from '../../shared/manifest/study.ts';
import {
  studyCheckpointKey,
  studyDataKey,
  studyPixelsKey,
  studyPlanKey,
  studyResultKey,
} from '../../shared/manifest/study-keys.ts';
import { studyArraySchema } from '../../shared/manifest/study-task.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { runJob } from './run-job.ts';
import type { StudyBucket } from './study-bucket.ts';

export interface ArrayJobContext {
  readonly bucket: StudyBucket;
  /** An empty folder of this element's own. */
  readonly folder: string;
  readonly runner: Runner;
  readonly threads: number;
  readonly now: () => number;
  readonly onEpoch?: (epoch: number) => void;
}

export interface ArrayJobReport {
  readonly key: string;
  readonly outcome: 'computed' | 'there already';
}

/** `list` is the key of the work list. Throws PermanentFault where list, plan or data are missing or do not fit. */
export async function runArrayJob(
  list: string,
  index: number,
  context: ArrayJobContext,
): Promise<ArrayJobReport> {
  const { bucket, folder } = context;
  const key = studyArraySchema.parse(await json(context, list)).keys[index];
  const plan = studyPlanSchema.parse(await json(context, studyPlanKey));
  const entry = plan.jobs.find((job) => job.key === key);
  if (key === undefined || entry === undefined)
    throw missing(`element ${index} of the work list in the plan`);
  const result = studyResultKey(key);
  if ((await bucket.objects.size(bucket.key(result))) !== undefined) return { key, outcome: 'there already' };
  for (const name of [studyDataKey(plan.dataDigest), studyPixelsKey(plan.dataDigest)]) {
    if (!(await bucket.download(name, folder))) throw missing('the prepared data of the plan');
  }
  await bucket.download(studyCheckpointKey(key), folder);
  await train(key, entry.job, plan.dataDigest, context);
  return { key, outcome: 'computed' };
}

async function train(
  key: string,
  job: Parameters<typeof runJob>[1],
  dataDigest: string,
  { bucket, folder, onEpoch, ...engine }: ArrayJobContext,
): Promise<void> {
  const checkpoint = studyCheckpointKey(key);
  let saved: Promise<void> = Promise.resolve();
  const done = await runJob(key, job, {
    ...engine,
    folder,
    dataDigest,
    // One upload at a time; a lost one costs an epoch, not the job.
    onEpoch: ({ epoch }) => {
      saved = saved.then(() => bucket.upload(checkpoint, folder)).catch(() => undefined);
      saved.then(() => onEpoch?.(epoch));
    },
  });
  await saved;
  const once = async (name: string, type: string): Promise<void> => {
    await bucket.objects.writeOnce(bucket.key(name), await readFile(join(folder, name)), type);
  };
  await once(done.weights.key, 'application/octet-stream');
  await once(studyResultKey(key), 'application/json');
  await bucket.objects.remove(bucket.key(checkpoint));
}

async function json({ bucket }: ArrayJobContext, name: string): Promise<unknown> {
  const object = await bucket.objects.read(bucket.key(name));
  if (object === undefined) throw missing(name);
  return JSON.parse(Buffer.from(object.bytes).toString('utf8'));
}

const missing = (what: string): PermanentFault =>
  new PermanentFault(`study worker: expected ${what}, got none`, {
    code: 'study-incomplete',
    remedy: 'Submit the study again: `cxai study submit`.',
  });

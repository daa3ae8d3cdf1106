/**
 * A study's task -> one AWS Batch array job with an element for every missing result. The list of elements is stored
 * first; a task delivered again finds fewer missing, and what two arrays have in common is computed by whoever comes
 * first: results are written once.
 */
import { type BatchClient, SubmitJobCommand } from '@aws-sdk/client-batch';
import { PermanentFault } from '../../shared/errors.ts';
import { studyPlanSchema } from '../../shared/manifest/study.ts';
import { studyPlanKey, studyResultKey } from '../../shared/manifest/study-keys.ts';
import { type StudyArray, studyArrayKey } from '../../shared/manifest/study-task.ts';
import type { StudyBucket } from './study-bucket.ts';

export interface ArraySettings {
  readonly jobQueue: string;
  readonly jobDefinition: string;
}

export interface ArrayReport {
  readonly missing: number;
  /** Key of the work list; null where nothing is missing. */
  readonly list: string | null;
}

/** AWS Batch: an array has 2 to 10,000 elements; a single missing job is an ordinary job. */
const MOST_ELEMENTS = 10_000;

export async function startArray(
  study: string,
  bucket: StudyBucket,
  batch: Pick<BatchClient, 'send'>,
  { jobQueue, jobDefinition }: ArraySettings,
): Promise<ArrayReport> {
  const keys = (await missingKeys(bucket)).slice(0, MOST_ELEMENTS);
  if (keys.length === 0) return { missing: 0, list: null };
  const array: StudyArray = { schema: 'cxai.study-array/1', study, keys };
  const list = studyArrayKey(array);
  await bucket.objects.writeOnce(bucket.key(list), JSON.stringify(array), 'application/json');
  await batch.send(
    new SubmitJobCommand({
      jobName: `cxai-study-${study}`,
      jobQueue,
      jobDefinition,
      ...(keys.length > 1 && { arrayProperties: { size: keys.length } }),
      containerOverrides: {
        environment: [
          { name: 'CXAI_STUDY', value: study },
          { name: 'CXAI_STUDY_LIST', value: list },
        ],
      },
    }),
  );
  return { missing: keys.length, list };
}

async function missingKeys(bucket: StudyBucket): Promise<string[]> {
  const object = await bucket.objects.read(bucket.key(studyPlanKey));
  if (object === undefined) {
    throw new PermanentFault('study: expected a plan in the bucket, got none', {
      code: 'study-incomplete',
      remedy: 'Submit the study: `cxai study submit`.',
    });
  }
  const plan = studyPlanSchema.parse(JSON.parse(Buffer.from(object.bytes).toString('utf8')));
  const finished = new Set<string>();
  for await (const { key } of bucket.objects.list(bucket.key('results/'))) finished.add(key);
  return plan.jobs.map(({ key }) => key).filter((key) => !finished.has(bucket.key(studyResultKey(key))));
}

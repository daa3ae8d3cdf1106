/**
 * `cxai study submit|fetch`: a study computed in AWS. Images are prepared here, where they lie; the bucket gets model
 * inputs under digests, never a file name. `fetch` brings results and weights back for `study report` and `export`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { PermanentFault } from '../../shared/errors.ts';
import { modelIdSchema } from '../../shared/manifest/model-card.ts';
import { studyPlanSchema } from '../../shared/manifest/study.ts';
import {
  studyDataKey,
  studyPixelsKey,
  studyPlanKey,
  studyResultKey,
  studyWeightsKey,
} from '../../shared/manifest/study-keys.ts';
import type { StudyTask } from '../../shared/manifest/study-task.ts';
import { createAwsClients } from '../common/aws-clients.ts';
import { openStudyBucket } from '../study/study-bucket.ts';
import type { Output } from './output.ts';
import { prepareStudy } from './study-command.ts';
import { WrongUse } from './wrong-use.ts';

export interface StudySubmitFlags {
  readonly bucket: string;
  readonly queue: string;
  readonly out?: string;
}

export async function studySubmitCommand(
  file: string,
  flags: StudySubmitFlags,
  output: Output,
): Promise<void> {
  const { folder, data, plan } = await prepareStudy(file, flags.out, output);
  const { s3, sqs } = createAwsClients();
  const bucket = openStudyBucket(s3, flags.bucket, plan.id);
  // The plan last: whoever sees it finds its data.
  for (const name of [studyPixelsKey(data.digest), studyDataKey(data.digest)]) {
    if ((await bucket.objects.size(bucket.key(name))) === undefined) await bucket.upload(name, folder);
  }
  await bucket.upload(studyPlanKey, folder);
  const task: StudyTask = { schema: 'cxai.study-task/1', study: plan.id };
  await sqs.send(new SendMessageCommand({ QueueUrl: flags.queue, MessageBody: JSON.stringify(task) }));
  output.result(
    `${plan.jobs.length} jobs submitted: follow with \`cxai study fetch ${plan.id} --bucket ${flags.bucket}\``,
    { study: { id: plan.id, jobs: plan.jobs.length, images: data.images.length } },
  );
}

export interface StudyFetchFlags {
  readonly bucket: string;
  readonly out?: string;
}

/** Returns the number of results that are not there yet. */
export async function studyFetchCommand(id: string, flags: StudyFetchFlags, output: Output): Promise<number> {
  if (!modelIdSchema.safeParse(id).success) {
    throw new WrongUse(`study: expected an id of lower-case letters, digits and hyphens, got '${id}'`);
  }
  const folder = resolve(flags.out ?? join('studies', id));
  const bucket = openStudyBucket(createAwsClients().s3, flags.bucket, id);
  const object = await bucket.objects.read(bucket.key(studyPlanKey));
  if (object === undefined) {
    throw new PermanentFault(`study fetch: expected a plan of ${id} in the bucket, got none`, {
      code: 'study-incomplete',
      remedy: 'Submit the study first: `cxai study submit`.',
    });
  }
  const plan = studyPlanSchema.parse(JSON.parse(Buffer.from(object.bytes).toString('utf8')));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, studyPlanKey), object.bytes);
  await bucket.download(studyDataKey(plan.dataDigest), folder);
  let missing = 0;
  for (const { key } of plan.jobs) {
    // Weights are written before their result.
    if (await bucket.download(studyResultKey(key), folder))
      await bucket.download(studyWeightsKey(key), folder);
    else missing++;
  }
  output.result(`${plan.jobs.length - missing} of ${plan.jobs.length} results: ${folder}/`, {
    study: { id, results: plan.jobs.length - missing, missing, folder },
  });
  return missing;
}

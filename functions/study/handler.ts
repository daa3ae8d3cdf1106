/** Lambda handler of the study queue: a task becomes one Batch array job. */
import { BatchClient } from '@aws-sdk/client-batch';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { CxaiError } from '../../shared/errors.ts';
import { studyTaskSchema } from '../../shared/manifest/study-task.ts';
import { createAwsClients } from '../common/aws-clients.ts';
import { log } from '../common/log.ts';
import { forEachRecord } from '../common/sqs-batch.ts';
import { startArray } from './start-array.ts';
import { openStudyBucket } from './study-bucket.ts';

const environmentSchema = z.object({
  CXAI_STUDY_BUCKET: z.string().min(3),
  CXAI_JOB_QUEUE: z.string().min(1),
  CXAI_JOB_DEFINITION: z.string().min(1),
});

const batch = new BatchClient();
const { s3 } = createAwsClients();

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const environment = environmentSchema.parse(process.env);
  return forEachRecord(event, async ({ body }) => {
    const task = studyTaskSchema.safeParse(jsonOf(body));
    if (!task.success) {
      log.error('study task refused', { code: 'task-invalid' });
      return;
    }
    const { study } = task.data;
    try {
      const bucket = openStudyBucket(s3, environment.CXAI_STUDY_BUCKET, study);
      const { missing } = await startArray(study, bucket, batch, {
        jobQueue: environment.CXAI_JOB_QUEUE,
        jobDefinition: environment.CXAI_JOB_DEFINITION,
      });
      log.info('study started', { study, missing });
    } catch (error) {
      // A permanent fault will not pass: it is told, and the message is done.
      if (!(error instanceof CxaiError && error.permanent)) throw error;
      log.error('study refused', { study, code: error.code });
    }
  });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

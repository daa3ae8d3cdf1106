/** The main program of one element of an AWS Batch array job. A lost worker's element is started again by Batch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CxaiError } from '../../shared/errors.ts';
import { createAwsClients } from '../common/aws-clients.ts';
import { log } from '../common/log.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { runArrayJob } from './array-job.ts';
import { openStudyBucket } from './study-bucket.ts';

const environment = z
  .object({
    CXAI_STUDY_BUCKET: z.string().min(3),
    CXAI_STUDY: z.string().min(1),
    CXAI_STUDY_LIST: z.string().min(1),
    /** Batch leaves it out for an array of one. */
    AWS_BATCH_JOB_ARRAY_INDEX: z.coerce.number().int().nonnegative().default(0),
    CXAI_THREADS: z.coerce.number().int().positive().default(1),
  })
  .parse(process.env);

const threads = environment.CXAI_THREADS;
const folder = await mkdtemp(join(tmpdir(), 'cxai-study-'));
try {
  const report = await runArrayJob(environment.CXAI_STUDY_LIST, environment.AWS_BATCH_JOB_ARRAY_INDEX, {
    bucket: openStudyBucket(createAwsClients().s3, environment.CXAI_STUDY_BUCKET, environment.CXAI_STUDY),
    folder,
    runner: createOnnxRuntimeRunner({ threads }),
    threads,
    now: () => performance.now(),
    onEpoch: (epoch) => log.info('epoch saved', { epoch }),
  });
  log.info('study job done', { ...report });
} catch (error) {
  log.error('study job failed', { code: error instanceof CxaiError ? error.code : 'internal' });
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

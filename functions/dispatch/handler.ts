/** Lambda handler of the dispatcher's schedule: as many GPU workers as the backlog needs. */
import { BatchClient } from '@aws-sdk/client-batch';
import { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { createAwsClients } from '../common/aws-clients.ts';
import { log } from '../common/log.ts';
import { type DispatchReport, type DispatchSettings, startWorkers } from './start-workers.ts';

const environmentSchema = z.object({
  CXAI_GPU_QUEUE_URL: z.url(),
  CXAI_JOB_QUEUE: z.string().min(1),
  CXAI_JOB_DEFINITION: z.string().min(1),
  CXAI_MEAN_TASK_SECONDS: z.coerce.number().positive(),
  CXAI_TARGET_SECONDS: z.coerce.number().positive(),
  CXAI_MOST_WORKERS: z.coerce.number().int().positive(),
});

const batch = new BatchClient();
const { sqs } = createAwsClients();

export async function handler(): Promise<DispatchReport> {
  const report = await startWorkers({ sqs, batch }, dispatchSettings(process.env));
  log.info('dispatched', { ...report });
  return report;
}

function dispatchSettings(variables: Readonly<Record<string, string | undefined>>): DispatchSettings {
  const parsed = environmentSchema.safeParse(variables);
  if (!parsed.success) {
    const offenders = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new PermanentFault(`environment: ${offenders.join('; ')}`, { code: 'environment-invalid' });
  }
  return {
    queueUrl: parsed.data.CXAI_GPU_QUEUE_URL,
    jobQueue: parsed.data.CXAI_JOB_QUEUE,
    jobDefinition: parsed.data.CXAI_JOB_DEFINITION,
    meanSeconds: parsed.data.CXAI_MEAN_TASK_SECONDS,
    targetSeconds: parsed.data.CXAI_TARGET_SECONDS,
    most: parsed.data.CXAI_MOST_WORKERS,
  };
}

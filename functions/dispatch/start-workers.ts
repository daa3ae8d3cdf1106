/**
 * Starts GPU workers for the backlog of the gpu queue. Called again before the first have started, it counts
 * them and starts no more: what AWS Batch has accepted and not ended is a worker.
 */
import { type BatchClient, type JobStatus, ListJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Backlog, workersNeeded } from './workers-needed.ts';

export interface DispatchSettings extends Omit<Backlog, 'messages'> {
  readonly queueUrl: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
}

export interface DispatchReport {
  readonly backlog: number;
  readonly workers: number;
  readonly started: number;
}

export interface DispatchClients {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly batch: Pick<BatchClient, 'send'>;
}

const underWay: readonly JobStatus[] = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'];

export async function startWorkers(
  clients: DispatchClients,
  settings: DispatchSettings,
): Promise<DispatchReport> {
  const backlog = await messagesOf(clients.sqs, settings.queueUrl);
  if (backlog === 0) return { backlog, workers: 0, started: 0 };
  const counts = await Promise.all(
    underWay.map((status) => jobsIn(clients.batch, settings.jobQueue, status)),
  );
  const workers = counts.reduce((sum, count) => sum + count, 0);
  const started = Math.max(0, workersNeeded({ ...settings, messages: backlog }) - workers);
  for (let index = 0; index < started; index += 1) {
    await clients.batch.send(
      new SubmitJobCommand({
        jobName: 'cxai-gpu-worker',
        jobQueue: settings.jobQueue,
        jobDefinition: settings.jobDefinition,
      }),
    );
  }
  return { backlog, workers, started };
}

async function messagesOf(sqs: DispatchClients['sqs'], queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return (
    Number(Attributes.ApproximateNumberOfMessages ?? 0) +
    Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0)
  );
}

async function jobsIn(
  batch: DispatchClients['batch'],
  jobQueue: string,
  jobStatus: JobStatus,
): Promise<number> {
  let count = 0;
  let nextToken: string | undefined;
  do {
    const page = await batch.send(new ListJobsCommand({ jobQueue, jobStatus, nextToken }));
    count += page.jobSummaryList?.length ?? 0;
    nextToken = page.nextToken;
  } while (nextToken);
  return count;
}

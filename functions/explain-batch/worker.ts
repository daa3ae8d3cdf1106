/** A GPU worker: the main program of an AWS Batch job. It runs the explain handler on message after message. */
import { createAwsClients } from '../common/aws-clients.ts';
import { readEnvironment } from '../common/environment.ts';
import { log } from '../common/log.ts';
import { handler } from '../explain/handler.ts';
import { drainQueue } from './drain-queue.ts';

const leaving = new AbortController();
process.once('SIGTERM', () => leaving.abort());

const { CXAI_GPU_QUEUE_URL } = readEnvironment(process.env);
if (CXAI_GPU_QUEUE_URL === undefined) throw new Error('CXAI_GPU_QUEUE_URL: expected the gpu queue, got none');
try {
  const report = await drainQueue(createAwsClients().sqs, {
    queueUrl: CXAI_GPU_QUEUE_URL,
    visibilitySeconds: 120,
    taskSeconds: 900,
    idleSeconds: 90,
    retrySeconds: 60,
    handle: handler,
    signal: leaving.signal,
  });
  log.info('worker done', { ...report, told: leaving.signal.aborted });
  process.exit(0);
} catch (error) {
  log.error('worker lost', { code: (error as { code?: string }).code ?? 'internal' });
  process.exit(1);
}

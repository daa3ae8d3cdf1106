/** A GPU worker: the main program of an AWS Batch job. It runs the explain handler on message after message. */
import { CxaiError } from '../../shared/errors.ts';
import { createAwsClients } from '../common/aws-clients.ts';
import { readEnvironment } from '../common/environment.ts';
import { log } from '../common/log.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { handler } from '../explain/handler.ts';
import { drainQueue } from './drain-queue.ts';
import { requireDevice } from './require-device.ts';

const leaving = new AbortController();
process.once('SIGTERM', () => leaving.abort());

const { CXAI_GPU_QUEUE_URL, CXAI_DEVICE } = readEnvironment(process.env);
if (CXAI_GPU_QUEUE_URL === undefined) throw new Error('CXAI_GPU_QUEUE_URL: expected the gpu queue, got none');
try {
  await requireDevice(createOnnxRuntimeRunner({ threads: 1, device: CXAI_DEVICE }));
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
  const known = error instanceof CxaiError ? error : undefined;
  log.error('worker lost', {
    code: known?.code ?? 'internal',
    reason: known?.message,
    remedy: known?.remedy,
  });
  process.exit(1);
}

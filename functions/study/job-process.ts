/**
 * A process that runs jobs of a study, one after another, as its parent sends them: one per core, one engine thread
 * each, which is faster than many threads on one job. Ends when the parent does.
 */
import { CxaiError } from '../../shared/errors.ts';
import type { StudyJob } from '../../shared/manifest/study.ts';
import type { StudyResult } from '../../shared/manifest/study-result.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { runJob } from './run-job.ts';

export interface JobRequest {
  readonly key: string;
  readonly job: StudyJob;
  readonly folder: string;
  readonly dataDigest: string;
  readonly threads: number;
}

export type JobReport =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'epoch'; readonly epoch: StudyResult['epochs'][number] }
  | { readonly kind: 'done'; readonly result: StudyResult }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly remedy?: string };

const send = (report: JobReport): void => void process.send?.(report);

async function work({ key, job, folder, dataDigest, threads }: JobRequest): Promise<void> {
  let told = 0;
  try {
    const result = await runJob(key, job, {
      runner: createOnnxRuntimeRunner({ threads }),
      threads,
      folder,
      dataDigest,
      now: () => performance.now(),
      onEpoch: (epoch) => send({ kind: 'epoch', epoch }),
      onProgress(fraction) {
        if (performance.now() - told < 500) return;
        told = performance.now();
        send({ kind: 'progress', fraction });
      },
    });
    send({ kind: 'done', result });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const known = error instanceof CxaiError ? error : undefined;
    send({
      kind: 'failed',
      code: known?.code ?? 'internal',
      message,
      ...(known?.remedy && { remedy: known.remedy }),
    });
  }
}

process.on('message', (request: JobRequest) => void work(request));
process.on('disconnect', () => process.exit());

/** A GPU worker makes sure of its device before it takes a message, and says what is missing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { requireDevice } from '../../../functions/explain-batch/require-device.ts';
import type { Runner } from '../../../shared/runtime/runner.ts';

const repository = new URL('../../../', import.meta.url);
const provider = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';
const withCuda = existsSync(new URL(provider, repository));

describe('the device of a worker', () => {
  it('is good where one and one are two', async () => {
    await requireDevice(createOnnxRuntimeRunner({ threads: 1 }));
  });

  it('is refused where they are not, and its session is freed', async () => {
    const { load, ...cpu } = createOnnxRuntimeRunner({ threads: 1 });
    let released = 0;
    const wrong: Runner = {
      ...cpu,
      async load(model) {
        const session = await load(model);
        const run = async () => ({ [session.outputNames[0]!]: { shape: [1], data: Float32Array.of(3) } });
        const release = async () => {
          released += 1;
          await session.release();
        };
        return { ...session, run, release };
      },
    };
    await expect(requireDevice(wrong)).rejects.toMatchObject({ code: 'engine-wrong' });
    expect(released).toBe(1);
  });

  it.skipIf(withCuda)('ends a worker without CUDA before it asks for work (skipped with CUDA)', async () => {
    const worker = fileURLToPath(new URL('functions/explain-batch/worker.ts', repository));
    // Nobody listens at this queue: a worker that asked for work would fail with another code.
    const nowhere = 'http://127.0.0.1:9';
    const environment = {
      PATH: process.env.PATH,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: nowhere,
      CXAI_DROP_BUCKET: 'cxai-drop',
      CXAI_RESULTS_BUCKET: 'cxai-results',
      CXAI_CPU_QUEUE_URL: `${nowhere}/cpu`,
      CXAI_GPU_QUEUE_URL: `${nowhere}/gpu`,
      CXAI_DEVICE: 'cuda',
    };
    const ended = promisify(execFile)(process.execPath, [worker], { env: environment });
    await expect(ended).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /"code":"engine-gpu"[\s\S]*"remedy":"Run on a machine with such a GPU and its driver/,
      ),
    });
  });
});

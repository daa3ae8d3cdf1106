/** The builds of special images end where what they are for was not downloaded, and say what is missing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { missingCuda } from '../../infra/images/require-cuda.ts';

const repository = new URL('../../', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, repository));
const cuda = path('node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');
const tensorflow = path('node_modules/@tensorflow/tfjs-node/deps/lib');

const check = (script: string) =>
  promisify(execFile)(process.execPath, [path(script)]).then(
    () => ({ code: 0, stderr: '' }),
    ({ code, stderr }) => ({ code, stderr }),
  );

describe('a build', () => {
  it('of a GPU image needs the provider and what it shares with others', () => {
    expect(missingCuda(['libonnxruntime.so.1'])).toEqual([
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
    expect(missingCuda(['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'])).toEqual(
      [],
    );
  });

  it.skipIf(existsSync(cuda))('without the CUDA library ends (skipped where it is installed)', async () => {
    const { code, stderr } = await check('infra/images/require-cuda.ts');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/lacks .*providers_cuda[\s\S]*nuget\.org/)]);
  });

  it.skipIf(existsSync(tensorflow))('without TensorFlow ends (skipped where it is installed)', async () => {
    const { code, stderr } = await check('infra/images/require-tensorflow.ts');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/expected TensorFlow's native library/)]);
  });
});

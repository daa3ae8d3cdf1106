import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const runner = fileURLToPath(new URL('../../../functions/common/onnxruntime-runner.ts', import.meta.url));
const tiny = fileURLToPath(new URL('../../bench/tiny-model.ts', import.meta.url));

it('the engine leaves no telemetry trace: no log, no device id, no cache of events', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cxai-telemetry-'));
  const code = `
    const { createOnnxRuntimeRunner } = await import(${JSON.stringify(runner)});
    const { tinyModel } = await import(${JSON.stringify(tiny)});
    const session = await createOnnxRuntimeRunner({ threads: 1 }).load(tinyModel().bytes);
    await session.run({ image: { shape: [1, 1, 8, 8], data: new Float32Array(64) } });
    process.stdout.write(process.env.ORT_DISABLE_TELEMETRY ?? '');`;
  const { ORT_DISABLE_TELEMETRY: _, CI: __, ...inherited } = process.env;
  const env = { ...inherited, HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    env,
  });
  expect(stdout).toBe('1');
  expect(await readdir(folder, { recursive: true })).toEqual([]);
  await rm(folder, { recursive: true });
});

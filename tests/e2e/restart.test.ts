import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { encodePng } from '../../functions/common/encode-png.ts';
import { startHarness } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

const dropAndDie = fileURLToPath(new URL('./drop-and-die.ts', import.meta.url));

it('a pipeline killed in mid-work goes on where it was when it starts again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cxai-restart-'));
  const pictures = await Promise.all([1, 2, 3, 4].map((seed) => encodePng(seededPicture(seed))));
  await Promise.all(pictures.map((bytes, index) => writeFile(join(directory, `${index}.png`), bytes)));
  const child = spawn(process.execPath, [dropAndDie, directory], { stdio: 'inherit' });
  const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const harness = await startHarness({ directory, topology: { visibilitySeconds: 3 } });
  const runs = await harness.waitForRuns(4, 60);
  await harness.close();
  await rm(directory, { recursive: true, force: true });
  expect(runs.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete', 'complete']);
}, 90_000);

/**
 * From a file in ./drop to a complete manifest that the page can read, one file at a time, workers warm; and
 * from `npm start` to ready, with the site built and with it missing. `node tests/bench/drop-latency.ts [files]`
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodePng } from '../../functions/common/encode-png.ts';
import { siteRoot } from '../../functions/local/site-build.ts';
import { manifestSchema } from '../../shared/manifest/manifest.ts';
import { runIndexSchema } from '../../shared/manifest/run-index.ts';
import { seededPicture } from '../e2e/seeded-picture.ts';

const files = Number(process.argv[2] ?? 10);
const repository = fileURLToPath(new URL('../../', import.meta.url));

interface Running {
  readonly directory: string;
  readonly site: string;
  readonly readySeconds: number;
  stop(): Promise<void>;
}

async function npmStart(): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), 'cxai-bench-'));
  const began = performance.now();
  const child = spawn(
    'npm',
    [
      'start',
      '--silent',
      '--',
      '--state',
      join(directory, 'state'),
      '--drop',
      join(directory, 'drop'),
      '--no-samples',
      '--methods',
      'gradients,integrated-gradients,smoothgrad',
    ],
    { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const site = /^ {2}site +(\S+)/.exec(line)?.[1];
    if (!site) continue;
    const readySeconds = (performance.now() - began) / 1000;
    const stop = async (): Promise<void> => {
      process.kill(-child.pid!, 'SIGINT');
      await exited;
      await rm(directory, { recursive: true, force: true });
    };
    return { directory, site, readySeconds, stop };
  }
  throw new Error('npm start ended before it was ready');
}

async function secondsToManifest({ directory, site }: Running, seed: number): Promise<number> {
  const picture = await encodePng(seededPicture(seed));
  const before = new Set((await index(site)).map(({ runId }) => runId));
  const began = performance.now();
  await writeFile(join(directory, 'drop', 'phantom', `${seed}.png`), picture);
  for (;;) {
    const fresh = (await index(site)).find(({ runId }) => !before.has(runId));
    if (fresh) {
      const manifest = manifestSchema.parse(
        await (await fetch(`${site}data/runs/${fresh.runId}/manifest.json`)).json(),
      );
      if (manifest.status !== 'complete') throw new Error(`run ended ${manifest.status}`);
      return (performance.now() - began) / 1000;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function index(site: string) {
  const response = await fetch(`${site}data/index.json`);
  return response.ok ? runIndexSchema.parse(await response.json()).runs : [];
}

const statistics = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], worst: sorted.at(-1) };
};

await rm(siteRoot, { recursive: true, force: true });
const first = await npmStart();
await first.stop();
const warm = await npmStart();
for (let seed = 1; seed <= 3; seed += 1) await secondsToManifest(warm, seed);
const latencies: number[] = [];
for (let seed = 10; seed < 10 + files; seed += 1) latencies.push(await secondsToManifest(warm, seed));
await warm.stop();
process.stdout.write(
  `${JSON.stringify({
    'npm start to ready, site missing (s)': first.readySeconds,
    'npm start to ready, site built (s)': warm.readySeconds,
    'file in ./drop to complete manifest (s), three methods': statistics(latencies),
    files,
  })}\n`,
);

/** The commands that talk to a running pipeline: finding it, listing, dropping, forgetting. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../functions/common/encode-png.ts';
import { announce, findRunning, type Running } from '../../functions/local/local-state.ts';
import { type Harness, readAll, startHarness } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

const entry = fileURLToPath(new URL('../../functions/cli/cxai.ts', import.meta.url));
let folder: string;
let state: string;
let harness: Harness;
let running: Running;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-running-'));
  state = join(folder, 'state');
  harness = await startHarness({ directory: state, methods: ['gradients'], metrics: 'none', workers: 1 });
  const { cloud, topology } = harness.pipeline;
  const { dropBucket, resultsBucket } = topology;
  const site = 'http://127.0.0.1:1/';
  running = { processId: process.pid, endpoint: cloud.endpoint, site, dropBucket, resultsBucket };
  await announce(state, running);
});
afterAll(async () => {
  await harness?.close();
  await rm(folder, { recursive: true, force: true });
});

function cxai(...parameters: string[]): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [entry, ...parameters, '--state', state], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    for (const [name, stream] of [
      ['out', child.stdout],
      ['err', child.stderr],
    ] as const) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text[name] += part;
      });
    }
    child.once('exit', (status) => resolve({ status, ...text }));
  });
}

describe('the state folder', () => {
  it('is for its owner alone, since uploads lie there under names of patients', async () => {
    expect((await stat(state)).mode & 0o777).toBe(0o700);
  });
});

describe('a running installation', () => {
  it('is found where its process lives and its cloud answers', async () => {
    expect(await findRunning(state)).toEqual(running);
  });

  it('is not found where its process id is another program’s now, and nobody or another server answers', async () => {
    const elsewhere = join(folder, 'stale');
    await mkdir(elsewhere);
    const server: Server = createServer((_, answer) => answer.end('not ours'));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as { port: number };
    await announce(elsewhere, { ...running, endpoint: `http://127.0.0.1:${port}` });
    expect(await findRunning(elsewhere)).toBeUndefined();
    await new Promise((closed) => server.close(closed));
    expect(await findRunning(elsewhere)).toBeUndefined();
  });
});

describe('cxai', () => {
  it('runs says that there are none, and that none has the status asked for', async () => {
    expect((await cxai('runs')).err).toContain('no runs yet');
    await harness.dropFile('one.png', await encodePng(seededPicture(1)));
    await harness.waitForRuns(1);
    const { out, err } = await cxai('runs', '--status', 'failed');
    expect([out, err]).toEqual(['', expect.stringContaining('no run is failed')]);
  });

  it('drop refuses files that would replace one another, and uploads none', async () => {
    const paths = await Promise.all(
      ['a', 'b'].map(async (name) => {
        await mkdir(join(folder, name));
        const path = join(folder, name, 'same.png');
        await writeFile(path, await encodePng(seededPicture(2)));
        return path;
      }),
    );
    const { status, err } = await cxai('drop', ...paths, '--model', 'phantom');
    expect(status).toBe(2);
    for (const path of paths) expect(err).toContain(path);
    expect((await readAll(harness.drop, 'drop/phantom/same')).size).toBe(0);
  });

  it('forget erases a run, once it may', async () => {
    await harness.dropFile('DOE JANE.png', await encodePng(seededPicture(3)));
    await harness.waitForRuns(2);
    const { runId } = (await harness.receipt('DOE JANE.png'))!;
    expect((await cxai('forget', runId)).status).toBe(2);
    const { status, out, err } = await cxai('forget', runId, '--yes');
    expect({ status, err }).toMatchObject({ status: 0, err: expect.stringContaining('watched folder') });
    expect(out).toMatch(/uploads {2}1, and 1 receipts/);
    expect(`${out}${err}`).not.toMatch(/DOE|JANE/);
    expect((await readAll(harness.results, `runs/${runId}/`)).size).toBe(0);
    expect((await harness.runs()).map((run) => run.runId)).not.toContain(runId);
    expect((await readAll(harness.drop, 'drop/phantom/DOE')).size).toBe(0);
    expect((await cxai('forget', runId, '--yes')).err).toContain('no trace');
  });
});

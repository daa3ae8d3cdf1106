/** What goes into the container image starts and answers, without the repository around it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleImage } from '../../infra/images/bundle.ts';

const handlers = ['ingest', 'explain', 'catalog', 'finish', 'sweep', 'canary', 'dispatch', 'study'];
const names = /[\w.-]+\.mjs$/;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-image-'));
  await bundleImage(folder);
});

afterAll(() => rm(folder, { recursive: true }));

const environment = {
  PATH: process.env.PATH,
  AWS_REGION: 'eu-central-1',
  CXAI_DROP_BUCKET: 'cxai-drop',
  CXAI_RESULTS_BUCKET: 'cxai-results',
  CXAI_CPU_QUEUE_URL: 'http://127.0.0.1:9/cpu',
  CXAI_REFERENCE_KEY_SECRET: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:reference-key',
};

async function inImage(script: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    env: environment,
  });
  return (await run).stdout.trim();
}

describe('the functions in the container image', () => {
  it.each(handlers)('%s exports its handler', async (name) => {
    expect(await inImage(`console.log(typeof (await import('./${name}.mjs')).handler)`)).toBe('function');
  });

  it('answer an event, with the native packages of this platform loaded', async () => {
    const record = {
      messageId: '1',
      body: '{"Event":"s3:TestEvent"}',
      attributes: { ApproximateReceiveCount: '1' },
    };
    const script = `const { handler } = await import('./ingest.mjs');
      console.log(JSON.stringify(await handler({ Records: [${JSON.stringify(record)}] })));`;
    expect(await inImage(script)).toBe('{"batchItemFailures":[]}');
  });

  it('hold one platform of the engine, below 100 MB in all', async () => {
    const engine = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6');
    expect(await readdir(engine)).toEqual([process.platform]);
    expect(await readdir(join(engine, process.platform))).toEqual([process.arch]);
    const files = await readdir(folder, { recursive: true });
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(100e6);
    expect(files.filter((file) => names.test(file) && !file.includes('/')).sort()).toEqual(
      [...handlers, 'worker', 'study-worker'].map((name) => `${name}.mjs`).sort(),
    );
    expect(existsSync(join(folder, 'node_modules/adm-zip'))).toBe(false);
  });
});

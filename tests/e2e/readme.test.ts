import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { manifestSchema } from '../../shared/manifest/manifest.ts';
import { modelCardSchema } from '../../shared/manifest/model-card.ts';
import { methodRows } from '../bench/readme-tables.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const phantom = join(repository, 'shared/models/phantom');
const readme = await readFile(join(repository, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block!.trim().split('\n'),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-readme-'));
  await copyFile(join(phantom, 'model.onnx'), join(folder, 'my-model.onnx'));
  await copyFile(join(phantom, 'samples/sample-2.png'), join(folder, 'scan.png'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

function run(command: string, cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('exit', (status) => resolve({ status, output }));
  });
}

/** `npm run -s cxai -- …` as npm runs it, in a folder where the README's file names exist. */
const cxai = (command: string): Promise<Ended> =>
  run(command.replace('npm run -s cxai --', `node ${join(repository, 'functions/cli/cxai.ts')}`), folder);

/** What a command of the README must do; every command there has its line here. */
const checks: Readonly<Record<string, (command: string) => Promise<void>>> = {
  'npm ci && npm start': startsAndExplains,
  'npm ci && npm test': async () => {
    const ci = await readFile(join(repository, '.ci/run'), 'utf8');
    expect(ci).toMatch(/^npm ci\nnpm test$/m);
    expect(packageJson.scripts.test).toMatch(/vitest run$/);
  },
  'npm run -s cxai -- model check': async (command) => {
    const { status, output } = await cxai(command);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain('✓ this model can be explained');
  },
  'npm run -s cxai -- explain': async (command) => {
    const { status, output } = await cxai(command.replace('--methods all', '--methods gradients,grad-cam'));
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(await readFile(join(folder, 'explained/report.html'), 'utf8')).toContain('grad-cam');
    expect(await readdir(join(folder, 'explained/scan'))).toContain('gradients.npy');
  },
  'npm run -s cxai -- study example': async (command) => {
    const { status, output } = await cxai(command);
    expect({ status, output }).toMatchObject({ status: 0 });
  },
  'npm run -s cxai -- study run': async (command) => {
    const { status, output } = await cxai(command);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain('4 computed, 0 there already, 0 failed');
  },
  'npm run -s cxai -- study report': async (command) => {
    const { status, output } = await cxai(command);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain('4 configurations: 4 finished');
    expect(await readdir(join(folder, 'study/plots'))).toContain('validation-accuracy.png');
  },
  'npm run -s cxai -- study export': async (command) => {
    const { status, output } = await cxai(command);
    expect({ status, output }).toMatchObject({ status: 0 });
    const card = modelCardSchema.parse(
      JSON.parse(await readFile(join(folder, 'models/my-winner/card.json'), 'utf8')),
    );
    expect(card.figures.testImages).toBeGreaterThan(0);
    expect(await readdir(join(folder, 'models/my-winner/tfjs'))).toContain('model.json');
  },
  'npm run -s cxai -- model add': async (command) => {
    const { status, output } = await cxai(command);
    expect({ status, output }).toMatchObject({ status: 0 });
    const card: unknown = JSON.parse(await readFile(join(folder, 'models/my-model/card.json'), 'utf8'));
    expect(card).toMatchObject({
      id: 'my-model',
      input: { range: [0, 1] },
      output: { classes: ['no', 'yes'] },
    });
  },
  'npx cdk synth': async (command) => {
    const { status, output } = await run(command, repository);
    expect({ status, output }).toMatchObject({ status: 0 });
  },
};

/** The newcomer's first minute: start, wait for the bundled phantoms, open the site, stop. */
async function startsAndExplains(): Promise<void> {
  const child = spawn(
    'npm',
    ['start', '--silent', '--', '--state', join(folder, 'state'), '--drop', join(folder, 'drop')],
    { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  let site = '';
  const runs: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    site ||= /^ {2}site +(\S+)/.exec(line)?.[1] ?? '';
    const run = /^ {2}✓ phantom\/sample-\d\.png .*#run=([0-9a-f]{32})$/.exec(line)?.[1];
    if (run) runs.push(run);
    if (runs.length === 6) break;
  }
  expect({ runs: new Set(runs).size, errors: errors.match(/✗.*/g) }).toEqual({ runs: 6, errors: null });
  expect((await fetch(site)).headers.get('content-type')).toContain('text/html');
  const manifest = await (await fetch(`${site}data/runs/${runs[0]}/manifest.json`)).json();
  expect(manifestSchema.parse(manifest).status).toBe('complete');
  expect((await fetch(`${site}data/pending/${runs[0]}`)).status).toBe(404);
  process.kill(-child.pid!, 'SIGINT');
  await exited;
}

describe('every command of the README does what it says', () => {
  it.each(commands)(
    '%s',
    async (command) => {
      const [, check] = Object.entries(checks).find(([start]) => command.startsWith(start)) ?? [];
      expect(check, `no check for: ${command}`).toBeDefined();
      await check!(command);
    },
    120_000,
  );

  it('its table of methods is the registry’s (node tests/bench/readme-tables.ts --methods)', () => {
    for (const row of methodRows()) expect(readme).toContain(row);
  });

  it('and none is checked that the README no longer has', () => {
    const unused = Object.keys(checks).filter(
      (start) => !commands.some((command) => command.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});

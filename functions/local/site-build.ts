/** Builds the static site when it is missing or older than its sources. */
import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const siteRoot = join(repository, 'viewer', 'dist');
const sources = [
  'viewer/src',
  'viewer/public',
  'viewer/astro.config.ts',
  'viewer/relative-assets.ts',
  'shared',
  'package-lock.json',
];

export async function buildSite(): Promise<'built' | 'current'> {
  const built = await stat(join(siteRoot, 'index.html')).catch(() => undefined);
  if (built && built.mtimeMs > (await newestSource())) return 'current';
  await run(join(repository, 'node_modules/astro/bin/astro.mjs'), ['build', '--root', 'viewer', '--silent']);
  return 'built';
}

async function newestSource(): Promise<number> {
  const times = await Promise.all(sources.map((source) => newest(join(repository, source))));
  return Math.max(...times);
}

async function newest(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
  const children = await readdir(path);
  return Math.max(0, ...(await Promise.all(children.map((child) => newest(join(path, child))))));
}

function run(script: string, parameters: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...parameters], {
      cwd: repository,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`site build: exit status ${code}\n${errors.slice(-2000)}`)),
    );
  });
}

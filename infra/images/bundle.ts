/**
 * `node infra/images/bundle.ts FOLDER`: what the container images hold. One ES module per program with the
 * code they share beside it, and the two native packages with what they need on this platform, no more.
 */
import { access, cp, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { arch, argv, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../../', import.meta.url));
/** Lambda's handlers by their command, and the program of a GPU worker. */
const programs = {
  ingest: 'functions/ingest/handler.ts',
  explain: 'functions/explain/handler.ts',
  catalog: 'functions/catalog/handler.ts',
  finish: 'functions/finish/handler.ts',
  sweep: 'functions/sweep/handler.ts',
  canary: 'functions/canary/handler.ts',
  dispatch: 'functions/dispatch/handler.ts',
  study: 'functions/study/handler.ts',
  worker: 'functions/explain-batch/worker.ts',
  'study-worker': 'functions/study/worker.ts',
} as const;
const native = ['onnxruntime-node', 'sharp'] as const;
/** What onnxruntime-node needs only while it is installed. */
const installOnly = new Set(['adm-zip', 'global-agent']);

export async function bundleImage(folder: string): Promise<void> {
  await build({
    absWorkingDir: repository,
    entryPoints: Object.entries(programs).map(([name, source]) => ({ in: source, out: name })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    sourcemap: 'linked',
    external: native.flatMap((name) => [name, `${name}/*`]),
    // Packages in CommonJS form call require() for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  for (const name of await closure(native)) await copyPackage(name, folder);
}

/** The packages and everything installed that they need at run time. */
async function closure(names: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name) || installOnly.has(name) || !(await exists(packageFolder(name)))) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = await manifest(name);
    open.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
  }
  return found;
}

async function copyPackage(name: string, folder: string): Promise<void> {
  const otherPlatform = new RegExp(`/bin/napi-v\\d+/(?!${platform}$|${platform}/${arch}(/|$))`);
  const target = join(folder, 'node_modules', name);
  await mkdir(target, { recursive: true });
  await cp(packageFolder(name), target, {
    recursive: true,
    filter: (source) => !otherPlatform.test(source) && !source.endsWith('.map') && !source.endsWith('.d.ts'),
  });
}

const packageFolder = (name: string): string => join(repository, 'node_modules', name);

async function manifest(name: string): Promise<{
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}> {
  return JSON.parse(await readFile(join(packageFolder(name), 'package.json'), 'utf8'));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

if (import.meta.main) await bundleImage(resolve(argv[2] ?? 'dist'));

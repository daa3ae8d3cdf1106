/** Builds the images on a Debian of this machine's own making, with the Dockerfiles as they are. Needs root. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const cpuImage = 'localhost/cxai-cpu';
const base = 'localhost/cxai-base';
const debian = 'localhost/cxai-debian';

/** Trimmed standard output. Throws with the end of what the command said. */
export async function run(command: string, ...parameters: readonly string[]): Promise<string> {
  const options = { maxBuffer: 2 ** 26 };
  return (await promisify(execFile)(command, parameters, options)).stdout.trim();
}

/** What the machine lacks; undefined where images can be built and run. */
export async function missing(): Promise<string | undefined> {
  for (const tool of ['podman', 'buildah', 'runc', 'mmdebstrap']) {
    const found = await run('sh', '-c', `command -v ${tool} /usr/sbin/${tool} || true`);
    if (!found) return `${tool} is not installed (apt-get install podman buildah runc netavark mmdebstrap)`;
  }
  return process.getuid?.() === 0 ? undefined : 'building needs root';
}

/** The image of the functions; its size in bytes and that of the base below it. */
export async function buildCpuImage(): Promise<{ readonly bytes: number; readonly baseBytes: number }> {
  await buildBase();
  const file = join(repository, 'infra/images/cpu/Dockerfile');
  await run(
    'buildah',
    'bud',
    '--isolation',
    'chroot',
    '--build-arg',
    `BASE=${base}`,
    '-f',
    file,
    '-t',
    cpuImage,
    repository,
  );
  return { bytes: await sizeOf(cpuImage), baseBytes: await sizeOf(base) };
}

async function buildBase(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cxai-base-'));
  try {
    if (!(await run('podman', 'images', '-q', debian))) {
      const tar = join(folder, 'debian.tar');
      await run('mmdebstrap', '--variant=minbase', '--include=ca-certificates', 'bookworm', tar);
      await run('podman', 'import', '--quiet', tar, debian);
    }
    const npm = await npmFolder();
    await cp(fileURLToPath(new URL('./base/', import.meta.url)), folder, { recursive: true });
    await cp(process.execPath, join(folder, 'node'), { dereference: true });
    await cp(npm, join(folder, 'npm'), { recursive: true, dereference: true });
    await cp('/etc/ssl/certs/ca-certificates.crt', join(folder, 'ca-certificates.crt'), {
      dereference: true,
    });
    await run(
      'buildah',
      'bud',
      '--isolation',
      'chroot',
      '--build-arg',
      `DEBIAN=${debian}`,
      '-t',
      base,
      folder,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the npm that runs this, or the machine's: the Node of the repository comes without one. */
async function npmFolder(): Promise<string> {
  const { npm_execpath: program } = process.env;
  return program ? dirname(dirname(program)) : join(await run('npm', 'root', '--global'), 'npm');
}

const sizeOf = async (image: string): Promise<number> =>
  Number(await run('podman', 'image', 'inspect', '--format', '{{.Size}}', image));

export interface Container {
  /** What it wrote so far. */
  logs(): Promise<string>;
  remove(): Promise<void>;
}

/** Starts a function of the image on the machine's own network, as Lambda starts one: a handler and its variables. */
export async function startFunction(
  handler: string,
  variables: Readonly<Record<string, string>>,
): Promise<Container> {
  const settings = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const limits = ['--ulimit', 'nofile=1024:20000', '--ulimit', 'nproc=1024:1024'];
  const id = await run(
    'podman',
    '--runtime',
    'runc',
    'run',
    '--detach',
    '--network',
    'host',
    ...limits,
    ...settings,
    cpuImage,
    handler,
  );
  return {
    logs: () => run('podman', 'logs', id),
    remove: async () => void (await run('podman', 'rm', '--force', '--time', '1', id)),
  };
}

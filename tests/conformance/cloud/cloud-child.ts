/** The embedded cloud as a process that a test may kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { credentials, region } from './cloud-fixture.ts';

const entry = fileURLToPath(new URL('../../../functions/local/cloud-process.ts', import.meta.url));
const started = new Set<ChildProcess>();

export interface CloudChild {
  readonly endpoint: string;
  /** SIGKILL: the process gets no chance to finish anything. */
  kill(): Promise<void>;
  /** SIGTERM; returns the exit status. */
  stop(): Promise<number | null>;
}

export async function spawnCloud(directory: string): Promise<CloudChild> {
  const child = spawn(process.execPath, [entry, '--directory', directory], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.add(child);
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
    child.once('exit', (status) =>
      reject(new Error(`cloud-process: expected an endpoint, got exit ${status}`)),
    );
  });
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit');
    child.kill(signal);
    const [status] = await exit;
    started.delete(child);
    return status as number | null;
  };
  const { endpoint } = JSON.parse(line) as { endpoint: string };
  return { endpoint, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') };
}

/** For afterAll: nothing stays behind where a test failed midway. */
export function killLeftovers(): void {
  for (const child of started) child.kill('SIGKILL');
}

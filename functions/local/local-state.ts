/**
 * What a local installation keeps between starts in its state folder (`.cxai/`): credentials and the key of
 * its one-way references, made once at random and readable by their owner only; and, while it runs, how
 * other commands reach it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const secretsSchema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  referenceKey: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Secrets = z.infer<typeof secretsSchema>;

const runningSchema = z.object({
  processId: z.int(),
  endpoint: z.url(),
  site: z.url(),
  dropBucket: z.string(),
  resultsBucket: z.string(),
});

export type Running = z.infer<typeof runningSchema>;

export async function loadSecrets(directory: string): Promise<Secrets> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'secrets.json');
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present) return secretsSchema.parse(JSON.parse(present));
  const made: Secrets = {
    accessKeyId: `CXAI${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    referenceKey: randomBytes(32).toString('hex'),
  };
  await writeFile(path, JSON.stringify(made), { mode: 0o600 });
  return made;
}

const runningPath = (directory: string): string => join(directory, 'running.json');

export async function announce(directory: string, running: Running): Promise<void> {
  const temporary = `${runningPath(directory)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(running));
  await rename(temporary, runningPath(directory));
}

export const withdraw = (directory: string): Promise<void> => rm(runningPath(directory), { force: true });

/** The running installation, or undefined: nothing was announced, or its process is gone. */
export async function findRunning(directory: string): Promise<Running | undefined> {
  const text = await readFile(runningPath(directory), 'utf8').catch(() => undefined);
  const parsed = text === undefined ? undefined : runningSchema.safeParse(JSON.parse(text));
  if (!parsed?.success) return undefined;
  try {
    process.kill(parsed.data.processId, 0);
    return parsed.data;
  } catch {
    return undefined;
  }
}

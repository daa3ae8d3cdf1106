/**
 * What a local installation keeps between starts in its state folder (`.cxai/`): credentials, the key of its
 * one-way references and the key of its share links, made once at random and readable by their owner only; who
 * used share links; and, while it runs, how other commands reach it.
 */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const keySchema = z.string().regex(/^[0-9a-f]{64}$/);
const secretsSchema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  referenceKey: keySchema,
  shareKey: keySchema,
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

/** Makes the state folder where there is none, for its owner alone: it will hold uploads under names of patients. */
export async function loadSecrets(directory: string): Promise<Secrets> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'secrets.json');
  const present = await readFile(path, 'utf8').catch(() => undefined);
  const known: Partial<Secrets> = present ? JSON.parse(present) : {};
  const secrets = secretsSchema.parse({ ...newSecrets(), ...known });
  // An installation of an earlier version lacks the later keys.
  if (JSON.stringify(known) !== JSON.stringify(secrets)) await keep(path, JSON.stringify(secrets));
  return secrets;
}

const newSecrets = (): Secrets => ({
  accessKeyId: `CXAI${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
  referenceKey: randomBytes(32).toString('hex'),
  shareKey: randomBytes(32).toString('hex'),
});

/** Whole or not at all, readable by its owner only. */
async function keep(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

/** One JSON line for each link minted, redeemed, refused or revoked; tokens are never among them. */
export async function auditShare(directory: string, entry: object, now = new Date()): Promise<void> {
  const line = JSON.stringify({ time: now.toISOString(), ...entry });
  await appendFile(join(directory, 'share-audit.jsonl'), `${line}\n`, { mode: 0o600 });
}

const runningPath = (directory: string): string => join(directory, 'running.json');

export async function announce(directory: string, running: Running): Promise<void> {
  const temporary = `${runningPath(directory)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(running));
  await rename(temporary, runningPath(directory));
}

export const withdraw = (directory: string): Promise<void> => rm(runningPath(directory), { force: true });

/**
 * The running installation, or undefined: nothing was announced, its process is gone, or its process id belongs to
 * another since a reboot, so that nothing of ours answers at its address.
 */
export async function findRunning(directory: string): Promise<Running | undefined> {
  const text = await readFile(runningPath(directory), 'utf8').catch(() => undefined);
  const parsed = text === undefined ? undefined : runningSchema.safeParse(JSON.parse(text));
  if (!parsed?.success) return undefined;
  try {
    process.kill(parsed.data.processId, 0);
  } catch {
    return undefined;
  }
  return (await cloudAnswers(parsed.data.endpoint)) ? parsed.data : undefined;
}

/** A cloud that takes its time is there; only a refused connection, or another server, says that it is not. */
async function cloudAnswers(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
    return answer.headers.has('x-amz-request-id');
  } catch (error) {
    return (error as Error).name === 'TimeoutError';
  }
}

/**
 * S3 and SQS on one port of this machine, for AWS SDK clients as they are.
 *
 * Everything is kept under `directory` and survives a killed process. Requests must be signed with the
 * credentials returned. What is not implemented answers 501.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Cloud } from './cloud.ts';
import { type FaultControl, type FaultPlan, Faults } from './faults.ts';
import { BucketStore } from './s3/bucket-store.ts';
import { ObjectStore } from './s3/object-store.ts';
import { UploadStore } from './s3/upload-store.ts';
import { createCloudServer } from './server.ts';
import { type Credentials, SignatureVerifier } from './signature.ts';
import { Arrivals } from './sqs/arrivals.ts';
import { MessageStore } from './sqs/message-store.ts';
import { MoveTasks } from './sqs/move-tasks.ts';
import { QueueStore } from './sqs/queue-store.ts';
import { Receiver } from './sqs/receive.ts';
import { BlobStore } from './storage/blob-store.ts';
import { Database } from './storage/database.ts';

const EXPIRY_CHECK_MS = 60_000;

export interface CloudOptions {
  /** Made where it does not exist; one server at a time. */
  readonly directory: string;
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** 127.0.0.1 unless said otherwise: the protocol is plain HTTP. */
  readonly host?: string;
  /** Drawn anew where absent. */
  readonly credentials?: Credentials;
  readonly region?: string;
  /** In force from the first request. */
  readonly faults?: FaultPlan;
}

export interface RunningCloud {
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  readonly credentials: Credentials;
  readonly faults: FaultControl;
  /** Ends long polls and connections, then lets go of the directory. */
  close(): Promise<void>;
}

/** Throws PermanentFault `directory-in-use`, or the system's error where the port is taken. */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const { directory, port = 0, host = '127.0.0.1', region = 'us-east-1' } = options;
  const credentials = options.credentials ?? drawCredentials();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new Database(join(directory, 'cloud.sqlite'));
  const arrivals = new Arrivals();
  const cloud = assemble(database, arrivals, { directory, region });
  if (options.faults) cloud.faults.set(options.faults);
  sweep(cloud);
  const moveTasks = new MoveTasks(cloud);
  const closing = new AbortController();
  const receiver = new Receiver(cloud, arrivals);
  const verifier = new SignatureVerifier(credentials, region);
  const { server, idle } = createCloudServer({
    cloud,
    receiver,
    moveTasks,
    verifier,
    closing: closing.signal,
  });
  const expiry = setInterval(() => expireMessages(cloud), EXPIRY_CHECK_MS).unref();
  const close = async () => {
    clearInterval(expiry);
    moveTasks.close();
    closing.abort();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await idle();
    database.close();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    await close();
    throw error;
  }
  const bound = (server.address() as AddressInfo).port;
  return {
    endpoint: `http://${host}:${bound}`,
    port: bound,
    region,
    credentials,
    faults: cloud.faults,
    close,
  };
}

function assemble(
  database: Database,
  arrivals: Arrivals,
  { directory, region }: { readonly directory: string; readonly region: string },
): Cloud {
  const now = () => Date.now();
  return {
    region,
    database,
    blobs: new BlobStore(directory),
    buckets: new BucketStore(database),
    objects: new ObjectStore(database),
    uploads: new UploadStore(database),
    queues: new QueueStore(database, region),
    messages: new MessageStore(database, arrivals, now),
    faults: new Faults(),
    now,
  };
}

/** What a killed server left unfinished: bodies that no object or part names. */
function sweep({ blobs, objects, uploads }: Cloud): void {
  const named = new Set([...objects.files(), ...uploads.files()]);
  blobs.sweep((file) => named.has(file));
}

function expireMessages({ queues, messages }: Cloud): void {
  for (const queue of queues.list()) messages.expire(queue);
}

function drawCredentials(): Credentials {
  return {
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}

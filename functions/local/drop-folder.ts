/**
 * Watches `drop/<model>/`: every file that stands still for a moment is put into the drop bucket as
 * `drop/<model>/<file>`. Files are only read, never moved or deleted.
 */
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { watch } from 'chokidar';
import { dropPrefix } from '../../shared/manifest/keys.ts';

export interface DropFolderOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly folder: string;
  readonly onUploaded: (name: string, bytes: number) => void;
  readonly onError: (name: string, error: unknown) => void;
}

export interface DropFolder {
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** Uploads at a time: a folder of thousands must not open thousands of files. */
const parallelUploads = 8;

export function watchDropFolder({ s3, bucket, folder, onUploaded, onError }: DropFolderOptions): DropFolder {
  const watcher = watch(folder, {
    ignored: (path) => /(^|[/\\])\.[^/\\]/.test(relative(folder, path)),
    awaitWriteFinish: { stabilityThreshold: 150, pollInterval: 50 },
  });
  const waiting: string[] = [];
  let active = 0;

  async function upload(path: string): Promise<void> {
    const name = relative(folder, path).split(sep).join('/');
    try {
      const body = await readFile(path);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${dropPrefix}${name}`, Body: body }));
      onUploaded(name, body.length);
    } catch (error) {
      onError(name, error);
    }
  }

  function next(): void {
    while (active < parallelUploads && waiting.length > 0) {
      active += 1;
      void upload(waiting.shift()!).finally(() => {
        active -= 1;
        next();
      });
    }
  }

  const add = (path: string): void => {
    waiting.push(path);
    next();
  };
  watcher
    .on('add', add)
    .on('change', add)
    .on('error', (error) => onError('', error));
  return {
    ready: new Promise((resolve) => watcher.once('ready', () => resolve())),
    close: () => watcher.close(),
  };
}

/**
 * A study's folder in its bucket. Large objects go to files and from files, so that data of any size fit; what is
 * written once (results, weights, lists) is written if absent, so whoever comes second changes nothing.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { TransientFault } from '../../shared/errors.ts';
import { studyPrefix } from '../../shared/manifest/study-keys.ts';
import { createObjectStore, type ObjectStore } from '../common/object-store.ts';

export interface StudyBucket {
  /** Small objects; keys are relative to the bucket: use `key`. */
  readonly objects: ObjectStore;
  /** A key of the study's folder -> the key in the bucket. */
  key(name: string): string;
  /** To the same place below `folder`. False where there is no such object. */
  download(name: string, folder: string): Promise<boolean>;
  upload(name: string, folder: string): Promise<void>;
}

export function openStudyBucket(s3: S3Client, bucket: string, study: string): StudyBucket {
  const key = (name: string): string => `${studyPrefix(study)}${name}`;
  return {
    objects: createObjectStore(s3, bucket),
    key,
    async download(name, folder) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key(name) }));
        await pipeline(Body as Readable, createWriteStream(`${path}.part`));
        await rename(`${path}.part`, path);
        return true;
      } catch (cause) {
        if ((cause as { name?: string }).name === 'NoSuchKey') return false;
        throw transient('download', cause);
      }
    },
    async upload(name, folder) {
      const body = createReadStream(join(folder, name));
      const upload = new Upload({ client: s3, params: { Bucket: bucket, Key: key(name), Body: body } });
      await upload.done().catch((cause: unknown) => {
        throw transient('upload', cause);
      });
    },
  };
}

const transient = (what: string, cause: unknown): TransientFault =>
  new TransientFault(`study bucket: ${what} failed`, { code: 'store-unavailable', cause });

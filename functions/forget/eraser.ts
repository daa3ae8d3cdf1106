/**
 * Removes objects so that nothing of them stays. In AWS the buckets keep what is deleted as an older version for a while,
 * so every version and every delete marker goes. The embedded cloud has no versions.
 */
import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { TransientFault } from '../../shared/errors.ts';
import type { ObjectStore } from '../common/object-store.ts';

/** Each returns how many keys there were. Throws TransientFault where something is left: then try again. */
export interface Eraser {
  below(prefix: string): Promise<number>;
  object(key: string): Promise<number>;
  /** What objects below `prefix` were before they were last written; the objects stay. */
  olderVersions(prefix: string): Promise<number>;
}

export function objectEraser(store: ObjectStore): Eraser {
  const erase = async (prefix: string, chosen: (key: string) => boolean): Promise<number> => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix)) if (chosen(key)) keys.push(key);
    for (const key of keys) await store.remove(key);
    return keys.length;
  };
  return {
    below: (prefix) => erase(prefix, () => true),
    object: (key) => erase(key, (found) => found === key),
    olderVersions: async () => 0,
  };
}

interface Version {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
}

export function versionEraser(s3: Pick<S3Client, 'send'>, bucket: string): Eraser {
  const erase = async (prefix: string, chosen: (version: Version) => boolean): Promise<number> => {
    const keys = new Set<string>();
    let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
    while (marker) {
      const page: Awaited<ReturnType<typeof versions>> = await versions(s3, {
        Bucket: bucket,
        Prefix: prefix,
        ...marker,
      });
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].filter(chosen);
      await deleteVersions(s3, bucket, found);
      for (const { Key } of found) keys.add(Key!);
      marker = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
    return keys.size;
  };
  return {
    below: (prefix) => erase(prefix, () => true),
    object: (key) => erase(key, ({ Key }) => Key === key),
    olderVersions: (prefix) => erase(prefix, ({ IsLatest }) => IsLatest === false),
  };
}

/** One page: at most a thousand, as many as one deletion takes. */
const versions = (s3: Pick<S3Client, 'send'>, input: ListObjectVersionsCommand['input']) =>
  s3.send(new ListObjectVersionsCommand(input)).catch((cause: unknown) => {
    throw incomplete('list the versions', cause);
  });

async function deleteVersions(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  found: readonly Version[],
): Promise<void> {
  if (found.length === 0) return;
  const Objects = found.map(({ Key, VersionId }) => ({ Key: Key!, VersionId }));
  const { Errors = [] } = await s3
    .send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }))
    .catch((cause: unknown) => {
      throw incomplete('delete versions', cause);
    });
  if (Errors.length > 0)
    throw incomplete(`delete ${Errors.length} of ${found.length} versions`, Errors[0]?.Code);
}

const incomplete = (what: string, cause: unknown): TransientFault =>
  new TransientFault(`forget: expected to ${what}, got ${cause instanceof Error ? cause.name : cause}`, {
    code: 'erase-incomplete',
    remedy:
      'Run it again, with credentials that have s3:ListBucketVersions and s3:DeleteObjectVersion on both buckets.',
  });

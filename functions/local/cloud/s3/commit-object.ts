/**
 * The one way an object appears or disappears: condition, row and events in a single transaction, so a key that
 * is seen has been announced, and of two conditional writers exactly one wins.
 */
import { ServiceError } from '../service-error.ts';
import {
  checkWriteCondition,
  isConditional,
  matchesEtag,
  preconditionFailed,
  type WriteCondition,
} from './conditions.ts';
import { announce } from './event.ts';
import type { StoredObject } from './object-store.ts';
import type { S3Call } from './s3-call.ts';

export type NewObject = Omit<StoredObject, 'bucket' | 'key' | 'modified' | 'sequencer'>;

interface CommitOptions {
  readonly condition: WriteCondition;
  readonly event: 'Put' | 'Copy' | 'CompleteMultipartUpload';
  /** Runs in the same transaction, before the object is written. */
  readonly alongside?: () => void;
}

/** Discards the new body's files where it throws (412, 404, 409 on demand). */
export function commitObject(call: S3Call, object: NewObject, options: CommitOptions): StoredObject {
  const { cloud, bucket, key } = call;
  const now = cloud.now();
  let replaced: StoredObject | undefined;
  try {
    injectConflict(call, options.condition);
    const stored = cloud.database.transaction(() => {
      cloud.buckets.require(bucket);
      replaced = cloud.objects.find(bucket, key);
      checkWriteCondition(replaced, options.condition);
      options.alongside?.();
      const sequencer = cloud.objects.nextSequencer(now);
      const written = { ...object, bucket, key, modified: now, sequencer };
      cloud.objects.put(written);
      announce(call, `ObjectCreated:${options.event}`, written);
      return written;
    });
    if (replaced) cloud.blobs.discard(replaced.body.segments);
    return stored;
  } catch (error) {
    if (options.event !== 'CompleteMultipartUpload') cloud.blobs.discard(object.body.segments);
    throw error;
  }
}

/** Returns whether there was anything to remove. With `ifMatch` another ETag is answered 412. */
export function removeObject(call: S3Call, key: string, ifMatch: string | undefined): boolean {
  const { cloud, bucket } = call;
  const removed = cloud.database.transaction(() => {
    const current = cloud.objects.find(bucket, key);
    if (current === undefined) return undefined;
    if (ifMatch !== undefined && !matchesEtag(ifMatch, current.etag)) throw preconditionFailed('If-Match');
    cloud.objects.remove(bucket, key);
    announce(call, 'ObjectRemoved:Delete', {
      ...current,
      sequencer: cloud.objects.nextSequencer(cloud.now()),
    });
    return current;
  });
  if (removed) cloud.blobs.discard(removed.body.segments);
  return removed !== undefined;
}

function injectConflict({ cloud, operation, bucket, key }: S3Call, condition: WriteCondition): void {
  if (!isConditional(condition) || !cloud.faults.strikes('conflict', operation, `${bucket}/${key}`)) return;
  throw new ServiceError(
    409,
    'ConditionalRequestConflict',
    'A conflicting operation occurred during the conditional request. Try again.',
  );
}

/**
 * If-Match and its siblings, on writes and on reads.
 *
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html, RFC 9110 section 13.
 */
import { notImplemented, ServiceError } from '../service-error.ts';
import type { StoredObject } from './object-store.ts';
import { noSuchKey } from './s3-call.ts';

type Headers = Readonly<Record<string, string>>;

/** Decided inside the transaction that writes. */
export interface WriteCondition {
  readonly ifMatch: string | undefined;
  readonly mustBeNew: boolean;
}

export function writeCondition(headers: Headers): WriteCondition {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    throw notImplemented('If-None-Match other than * on a write');
  return { ifMatch: headers['if-match'], mustBeNew: ifNoneMatch === '*' };
}

export function isConditional({ ifMatch, mustBeNew }: WriteCondition): boolean {
  return mustBeNew || ifMatch !== undefined;
}

/** Throws PreconditionFailed (412), or NoSuchKey (404) where there is nothing to match. */
export function checkWriteCondition(
  current: Pick<StoredObject, 'etag'> | undefined,
  condition: WriteCondition,
): void {
  if (condition.mustBeNew && current !== undefined) throw preconditionFailed('If-None-Match');
  if (condition.ifMatch === undefined) return;
  if (current === undefined) throw noSuchKey();
  if (!matchesEtag(condition.ifMatch, current.etag)) throw preconditionFailed('If-Match');
}

/** On a read: `not-modified` is answered 304. Throws PreconditionFailed (412). */
export function checkReadCondition(
  object: Pick<StoredObject, 'etag' | 'modified'>,
  headers: Headers,
): 'modified' | 'not-modified' {
  const modified = Math.floor(object.modified / 1000) * 1000;
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) throw preconditionFailed('If-Match');
  } else if (modified > httpDate(headers['if-unmodified-since'], Number.POSITIVE_INFINITY)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, object.etag) ? 'not-modified' : 'modified';
  const since = httpDate(headers['if-modified-since'], Number.NEGATIVE_INFINITY);
  return modified <= since ? 'not-modified' : 'modified';
}

/** A list of ETags, quoted or not, or `*`. */
export function matchesEtag(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const bare = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return bare === '*' || bare === etag;
  });
}

function httpDate(text: string | undefined, otherwise: number): number {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? otherwise : time;
}

export function preconditionFailed(condition: string): ServiceError {
  return new ServiceError(
    412,
    'PreconditionFailed',
    `At least one of the preconditions you specified did not hold: ${condition}.`,
  );
}

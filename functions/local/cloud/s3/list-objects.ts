/**
 * ListObjectsV2: keys in UTF-8 order, rolled up at a delimiter, in pages.
 *
 * Behind a common prefix the walk jumps to the first key after everything that starts with it, so a listing
 * costs what it shows. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */

import { ACCOUNT } from '../account.ts';
import type { Checksum } from '../checksum.ts';
import { notImplemented } from '../service-error.ts';
import { writeXml } from '../xml.ts';
import type { ListedObject, ObjectStore } from './object-store.ts';
import { integerParameter, invalidArgument, type S3Handler, urlEncodeKey, xmlAnswer } from './s3-call.ts';

/** Sorts after every key that starts with what it is appended to. */
const LAST = '\u{10ffff}';

interface Selection {
  readonly prefix: string;
  readonly delimiter: string;
  /** Exclusive. */
  readonly after: string;
  readonly limit: number;
}

interface Page {
  readonly objects: readonly ListedObject[];
  readonly prefixes: readonly string[];
  /** Where the next page starts, exclusive; undefined on the last page. */
  readonly next: string | undefined;
}

export const listObjects: S3Handler = ({ cloud, bucket, query }) => {
  cloud.buckets.require(bucket);
  if (query.get('list-type') !== '2') throw notImplemented('ListObjects version 1');
  const encode = encoder(query.get('encoding-type'));
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const limit = integerParameter(query, 'max-keys', { otherwise: 1000, least: 0, most: 1000 });
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const after = token === null ? (startAfter ?? '') : readToken(token);
  const page = selectPage(cloud.objects, bucket, { prefix, delimiter, after, limit });
  const owner = query.get('fetch-owner') === 'true' ? { Owner: { ID: ACCOUNT } } : {};
  return xmlAnswer(
    writeXml('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: limit,
      EncodingType: query.get('encoding-type') ?? undefined,
      KeyCount: page.objects.length + page.prefixes.length,
      IsTruncated: page.next !== undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: page.next === undefined ? undefined : writeToken(page.next),
      StartAfter: startAfter === null ? undefined : encode(startAfter),
      Contents: page.objects.map((object) => ({ ...describe(object, encode), ...owner })),
      CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
    }),
  );
};

function selectPage(store: ObjectStore, bucket: string, selection: Selection): Page {
  const { prefix, delimiter, limit } = selection;
  const objects: ListedObject[] = [];
  const prefixes: string[] = [];
  let after = selection.after;
  for (let jumped = true; jumped; ) {
    jumped = false;
    for (const object of store.walk(bucket, after, prefix)) {
      if (!object.key.startsWith(prefix)) break;
      if (limit === 0) return { objects, prefixes, next: undefined };
      if (objects.length + prefixes.length === limit) return { objects, prefixes, next: after };
      const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        objects.push(object);
        after = object.key;
        continue;
      }
      const common = object.key.slice(0, end + delimiter.length);
      prefixes.push(common);
      after = common + LAST;
      jumped = true;
      break;
    }
  }
  return { objects, prefixes, next: undefined };
}

function describe(object: ListedObject, encode: (text: string) => string): object {
  const checksum: Checksum | null = JSON.parse(object.checksum ?? 'null');
  const headers: Record<string, string> = JSON.parse(object.headers);
  return {
    Key: encode(object.key),
    LastModified: new Date(object.modified).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
    Size: object.size,
    StorageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}

function encoder(type: string | null): (text: string) => string {
  if (type === null) return (text) => text;
  if (type === 'url') return urlEncodeKey;
  throw invalidArgument('Invalid Encoding Method specified in Request.');
}

function writeToken(after: string): string {
  return Buffer.from(after).toString('base64url');
}

function readToken(token: string): string {
  const after = Buffer.from(token, 'base64url').toString();
  if (after === '' || writeToken(after) !== token)
    throw invalidArgument('The continuation token is incorrect.');
  return after;
}

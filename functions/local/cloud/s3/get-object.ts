/**
 * GetObject and HeadObject: one byte range, read conditions, response header overrides.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
import type { Answer } from '../answer.ts';
import { notImplemented, ServiceError } from '../service-error.ts';
import type { ByteRange } from '../storage/blob-store.ts';
import { checkReadCondition } from './conditions.ts';
import type { StoredObject } from './object-store.ts';
import { checksumHeaders } from './put-object.ts';
import { noSuchKey, type S3Handler } from './s3-call.ts';

const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];
export const OVERRIDE_PARAMETERS: readonly string[] = OVERRIDES.map((name) => `response-${name}`);

export const getObject: S3Handler = (call) => {
  const { cloud, headers, query } = call;
  cloud.buckets.require(call.bucket);
  const object = cloud.objects.find(call.bucket, call.key);
  if (object === undefined) throw noSuchKey();
  const shown = objectHeaders(object);
  if (checkReadCondition(object, headers) === 'not-modified') return { status: 304, headers: shown };
  for (const name of OVERRIDES) {
    const override = query.get(`response-${name}`);
    if (override !== null) shown[name] = override;
  }
  const range = parseRange(headers.range, object.body.size);
  if (range === undefined && headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED')
    Object.assign(shown, checksumHeaders(object.checksum));
  return answerBytes(call.operation, object, range, shown, cloud.blobs.read.bind(cloud.blobs));
};

function answerBytes(
  operation: string,
  { body }: StoredObject,
  range: ByteRange | undefined,
  shown: Record<string, string>,
  read: (body: StoredObject['body'], range: ByteRange) => Answer['body'],
): Answer {
  const { first, last } = range ?? { first: 0, last: body.size - 1 };
  const headers = {
    ...shown,
    'content-length': last - first + 1,
    ...(range ? { 'content-range': `bytes ${first}-${last}/${body.size}` } : {}),
  };
  const status = range ? 206 : 200;
  return operation === 'HeadObject'
    ? { status, headers }
    : { status, headers, body: read(body, { first, last }) };
}

function objectHeaders(object: StoredObject): Record<string, string> {
  const headers: Record<string, string> = {
    ...object.headers,
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
  };
  if (headers['x-amz-storage-class'] === 'STANDARD') delete headers['x-amz-storage-class'];
  if (object.tags.length > 0) headers['x-amz-tagging-count'] = String(object.tags.length);
  return headers;
}

/** Undefined for the whole. Throws InvalidRange (416) where no byte is within, 501 for several ranges. */
function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  if (header.includes(',')) throw notImplemented('several byte ranges in one request');
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!parts || (parts[1] === '' && parts[2] === '')) return undefined;
  const [, from = '', to = ''] = parts;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const first = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first <= last) return { first, last };
  const headers = { 'content-range': `bytes */${size}` };
  throw new ServiceError(416, 'InvalidRange', 'The requested range is not satisfiable.', headers);
}

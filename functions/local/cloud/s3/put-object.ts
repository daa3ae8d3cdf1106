/** PutObject and CopyObject, and the headers an object keeps. */
import { type Checksum, checksumAlgorithm, checksumDigest, checksumHeader } from '../checksum.ts';
import { notImplemented, ServiceError } from '../service-error.ts';
import type { BlobStore, StoredBody } from '../storage/blob-store.ts';
import { writeXml } from '../xml.ts';
import { commitObject } from './commit-object.ts';
import { matchesEtag, preconditionFailed, writeCondition } from './conditions.ts';
import type { StoredObject } from './object-store.ts';
import { invalidArgument, noSuchKey, type S3Handler, xmlAnswer } from './s3-call.ts';
import { tagsFromHeader } from './tagging.ts';

type Headers = Readonly<Record<string, string>>;

const ENCRYPTION_HEADERS = [
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-context',
  'x-amz-server-side-encryption-bucket-key-enabled',
];
const KEPT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-storage-class',
  ...ENCRYPTION_HEADERS,
];
/** UTF-8 bytes of all user metadata names and values together. */
const METADATA_LIMIT = 2048;

export const putObject: S3Handler = async (call) => {
  const { cloud, headers } = call;
  cloud.buckets.require(call.bucket);
  const condition = writeCondition(headers);
  const kept = keptHeaders(headers);
  const tags = tagsFromHeader(headers['x-amz-tagging']);
  const { stored, md5, checksum } = await call.body.receive(cloud.blobs);
  commitObject(call, { etag: md5, headers: kept, checksum, tags, body: stored }, { condition, event: 'Put' });
  return {
    status: 200,
    headers: { etag: `"${md5}"`, ...encryptionHeaders(kept), ...checksumHeaders(checksum) },
  };
};

export const copyObject: S3Handler = async (call) => {
  const { cloud, headers } = call;
  cloud.buckets.require(call.bucket);
  const source = findCopySource(call.cloud.objects.find.bind(call.cloud.objects), headers);
  const replaces = directive(headers, 'x-amz-metadata-directive') === 'REPLACE';
  if (source.bucket === call.bucket && source.key === call.key && !replaces) {
    const message =
      'This copy request is illegal: it copies an object to itself without changing its metadata.';
    throw new ServiceError(400, 'InvalidRequest', message);
  }
  const retags = directive(headers, 'x-amz-tagging-directive') === 'REPLACE';
  const tags = retags ? tagsFromHeader(headers['x-amz-tagging']) : source.tags;
  const condition = writeCondition(headers);
  const body = cloud.blobs.copy(source.body);
  const kept = replaces
    ? keptHeaders(headers)
    : { ...withoutEncryption(source.headers), ...encryptionHeaders(headers) };
  const asked = headers['x-amz-checksum-algorithm'];
  const checksum =
    asked === undefined ? source.checksum : await checksumOf(cloud.blobs, body, checksumAlgorithm(asked));
  const object = { etag: source.etag, headers: kept, checksum, tags, body };
  const { modified } = commitObject(call, object, { condition, event: 'Copy' });
  const content = { ETag: `"${source.etag}"`, LastModified: new Date(modified).toISOString() };
  const answer = xmlAnswer(writeXml('CopyObjectResult', content));
  return { ...answer, headers: { ...answer.headers, ...encryptionHeaders(kept) } };
};

/** What the client set and will be shown again. Throws MetadataTooLarge (400). */
export function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadata = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-'))
      metadata += name.length - 'x-amz-meta-'.length + Buffer.byteLength(value);
    else if (!KEPT_HEADERS.includes(name)) continue;
    kept[name] = value;
  }
  if (metadata > METADATA_LIMIT)
    throw new ServiceError(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed size.');
  const encoding = kept['content-encoding']?.split(',').map((part) => part.trim());
  const beyondTransfer = encoding?.filter((part) => part !== 'aws-chunked').join(',');
  if (beyondTransfer) kept['content-encoding'] = beyondTransfer;
  else delete kept['content-encoding'];
  const encryption = kept['x-amz-server-side-encryption'];
  if (encryption !== undefined && encryption !== 'AES256' && encryption !== 'aws:kms')
    throw notImplemented(`the encryption ${encryption}`);
  return kept;
}

export function encryptionHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => ENCRYPTION_HEADERS.includes(name)));
}

function withoutEncryption(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ENCRYPTION_HEADERS.includes(name)));
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** Reads a stored body once through. */
export async function checksumOf(
  blobs: BlobStore,
  body: StoredBody,
  algorithm: Checksum['algorithm'],
): Promise<Checksum> {
  const digest = checksumDigest(algorithm);
  const content = blobs.read(body, { first: 0, last: body.size - 1 });
  if (content instanceof Uint8Array) digest.update(content);
  else for await (const chunk of content) digest.update(chunk);
  const value = Buffer.from(await digest.digest()).toString('base64');
  return { algorithm, value, type: 'FULL_OBJECT' };
}

function directive(headers: Headers, name: string): 'COPY' | 'REPLACE' {
  const value = headers[name] ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') throw invalidArgument(`${name} must be COPY or REPLACE.`);
  return value;
}

function findCopySource(
  find: (bucket: string, key: string) => StoredObject | undefined,
  headers: Headers,
): StoredObject {
  const path = headers['x-amz-copy-source'] ?? '';
  if (path.includes('?')) throw notImplemented('copying a version of an object');
  if ('x-amz-copy-source-if-modified-since' in headers || 'x-amz-copy-source-if-unmodified-since' in headers)
    throw notImplemented('copying by date');
  const [bucket = '', key = ''] = decodePath(path)
    .replace(/^\//, '')
    .split(/\/(.*)/s);
  const source = find(bucket, key);
  if (source === undefined) throw noSuchKey();
  const match = headers['x-amz-copy-source-if-match'];
  if (match !== undefined && !matchesEtag(match, source.etag))
    throw preconditionFailed('x-amz-copy-source-If-Match');
  const noneMatch = headers['x-amz-copy-source-if-none-match'];
  if (noneMatch !== undefined && matchesEtag(noneMatch, source.etag))
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
  return source;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalidArgument('x-amz-copy-source is not valid percent-encoded UTF-8.');
  }
}

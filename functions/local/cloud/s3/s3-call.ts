/** One S3 request after routing and authentication, and what its handlers check first. */

import { ACCOUNT } from '../account.ts';
import type { Answer } from '../answer.ts';
import type { Cloud } from '../cloud.ts';
import type { RequestBody } from '../request-body.ts';
import { notImplemented, ServiceError } from '../service-error.ts';
import { readXml } from '../xml.ts';

export interface S3Call {
  readonly cloud: Cloud;
  readonly operation: string;
  /** Empty where the operation is on the service. */
  readonly bucket: string;
  /** Empty where the operation is on a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Lower-case names; those that a presigned URL carries in its query are among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export type S3Handler = (call: S3Call) => Answer | Promise<Answer>;

/** Largest XML document S3 accepts here: 1,000 keys of 1,024 bytes, escaped. */
const XML_LIMIT = 4 * 1024 * 1024;

export async function readXmlBody(call: S3Call, root: string): Promise<unknown> {
  return readXml(await call.body.text(call.cloud.blobs, XML_LIMIT), root);
}

const REFUSED_HEADERS = [
  'x-amz-object-lock-',
  'x-amz-grant-',
  'x-amz-website-redirect-location',
  'x-amz-server-side-encryption-customer-',
  'x-amz-copy-source-server-side-encryption-',
  'x-amz-mfa',
  'x-amz-write-offset-bytes',
  'x-amz-rename-source',
  'x-amz-bucket-object-lock-',
  'x-amz-optional-object-attributes',
];

/** Throws 501 for headers that ask for something this server would otherwise silently not do. */
export function refuseUnsupportedHeaders(headers: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(headers))
    if (REFUSED_HEADERS.some((refused) => name.startsWith(refused)))
      throw notImplemented(`the header ${name}`);
  const acl = headers['x-amz-acl'] ?? 'private';
  if (acl !== 'private' && acl !== 'bucket-owner-full-control') throw notImplemented(`the ACL ${acl}`);
  const owner = headers['x-amz-expected-bucket-owner'] ?? ACCOUNT;
  if (owner !== ACCOUNT) throw new ServiceError(403, 'AccessDenied', 'The bucket has another owner.');
}

/** An integer parameter within its bounds, or the default where absent. Throws InvalidArgument (400). */
export function integerParameter(
  query: URLSearchParams,
  name: string,
  { otherwise, least, most }: { readonly otherwise: number; readonly least: number; readonly most: number },
): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= least) return Math.min(value, most);
  throw invalidArgument(`${name} must be an integer of at least ${least}.`);
}

export function invalidArgument(message: string): ServiceError {
  return new ServiceError(400, 'InvalidArgument', message);
}

export function xmlAnswer(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

export function noSuchKey(): ServiceError {
  return new ServiceError(404, 'NoSuchKey', 'The specified key does not exist.');
}

/** Keys in events and in listings with encoding-type=url: form encoding, `/` kept, a space becomes `+`. */
export function urlEncodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

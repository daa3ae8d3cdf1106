/**
 * Checks AWS Signature Version 4, in the Authorization header or in the query of a presigned URL.
 *
 * signature = HMAC(key(secret, date, region, service), algorithm \n date \n scope \n SHA-256(canonical request)).
 * The canonical request is recomputed from the bytes that arrived; nothing is trusted before it matches.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Hash } from '@smithy/hash-node';
import { createScope, getSigningKey, SignatureV4Base } from '@smithy/signature-v4';
import { notImplemented, ServiceError } from './service-error.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MS = 15 * 60_000;
const LONGEST_EXPIRY_S = 7 * 24 * 3600;
const sha256 = Hash.bind(null, 'sha256') as unknown as Parameters<typeof getSigningKey>[0];

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignedRequest {
  readonly method: string;
  /** As on the request line, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What a request claims about itself before anything is checked. */
interface Claim {
  readonly accessKeyId: string;
  readonly shortDate: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly longDate: string;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
  /** Seconds; undefined where the signature is in the header. */
  readonly expires: number | undefined;
}

export class SignatureVerifier extends SignatureV4Base {
  readonly #credentials: Credentials;
  readonly #region: string;

  constructor(credentials: Credentials, region: string) {
    super({ credentials, region, service: 's3', sha256, uriEscapePath: false });
    this.#credentials = credentials;
    this.#region = region;
  }

  /** `payload` is the last line of the canonical request. Throws a 403 ServiceError unless the request was signed with our key for `service`, in time, untampered. */
  async verify(request: SignedRequest, service: string, payload: string, now: number): Promise<void> {
    const claim = readClaim(request);
    if (claim.accessKeyId !== this.#credentials.accessKeyId)
      throw new ServiceError(403, 'InvalidAccessKeyId', 'The access key id does not exist in our records.');
    if (claim.region !== this.#region || claim.service !== service) {
      throw new ServiceError(
        400,
        'AuthorizationHeaderMalformed',
        `The credential scope should be ${this.#region}/${service}, got ${claim.region}/${claim.service}.`,
      );
    }
    checkTime(claim, now);
    const expected = await this.#sign(request, payload, claim);
    const given = Buffer.from(claim.signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new ServiceError(
        403,
        'SignatureDoesNotMatch',
        'The signature we calculated does not match the one you provided. Check your secret key and signing method.',
      );
    }
  }

  async #sign(request: SignedRequest, payload: string, claim: Claim): Promise<Buffer> {
    const { shortDate, region, service, longDate } = claim;
    const canonical = this.createCanonicalRequest(
      {
        method: request.method,
        path: canonicalPath(request.path),
        query: canonicalQuery(request.query),
        headers: {},
        protocol: 'http:',
        hostname: '',
      },
      canonicalHeaders(request.headers, claim.signedHeaders),
      payload,
    );
    const text = await this.createStringToSign(
      longDate,
      createScope(shortDate, region, service),
      canonical,
      ALGORITHM,
    );
    const key = await getSigningKey(sha256, this.#credentials, shortDate, region, service);
    return Buffer.from(createHmac('sha256', key).update(text).digest('hex'));
  }
}

/** What an S3 request says its signature covers: the SHA-256 of the body, or a word such as UNSIGNED-PAYLOAD. */
export function declaredPayload({ query, headers }: SignedRequest): string {
  const declared = headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256');
  return typeof declared === 'string' ? declared : 'UNSIGNED-PAYLOAD';
}

function readClaim({ query, headers }: SignedRequest): Claim {
  const header = headers.authorization;
  if (header !== undefined) {
    const [algorithm, rest = ''] = header.split(/ (.*)/s);
    const field = (name: string) => new RegExp(`(?:^|[ ,])${name}=([^, ]+)`).exec(rest)?.[1];
    return assembleClaim(algorithm, field, String(headers['x-amz-date']), undefined);
  }
  if (!query.has('X-Amz-Signature'))
    throw new ServiceError(403, 'AccessDenied', 'Access denied: the request is not signed.');
  const field = (name: string) => query.get(`X-Amz-${name}`) ?? undefined;
  return assembleClaim(field('Algorithm'), field, field('Date') ?? '', Number(field('Expires')));
}

function assembleClaim(
  algorithm: string | undefined,
  field: (name: string) => string | undefined,
  longDate: string,
  expires: number | undefined,
): Claim {
  if (algorithm !== ALGORITHM) throw notImplemented(`the signing algorithm ${algorithm}`);
  const scope = field('Credential')?.split('/') ?? [];
  const [shortDate, region, service, terminator] = scope.slice(-4);
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(longDate);
  const signature = field('Signature');
  const signedHeaders = field('SignedHeaders');
  if (scope.length < 5 || terminator !== 'aws4_request' || !time || !signature || !signedHeaders)
    throw malformed('a part is missing');
  if (shortDate !== longDate.slice(0, 8)) throw malformed('the dates differ');
  const [year, month, day, hour, minute, second] = time.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    accessKeyId: scope.slice(0, -4).join('/'),
    shortDate,
    region: region!,
    service: service!,
    signedHeaders: signedHeaders.split(';'),
    signature,
    longDate,
    signedAt: Date.UTC(year, month - 1, day, hour, minute, second),
    expires,
  };
}

function malformed(reason: string): ServiceError {
  return new ServiceError(403, 'AccessDenied', `The authorization is malformed: ${reason}.`);
}

function checkTime({ signedAt, expires }: Claim, now: number): void {
  if (expires === undefined) {
    if (Math.abs(now - signedAt) <= SKEW_MS) return;
    throw new ServiceError(
      403,
      'RequestTimeTooSkewed',
      'The request time differs too much from the current time.',
    );
  }
  if (!(expires >= 1 && expires <= LONGEST_EXPIRY_S))
    throw malformed('X-Amz-Expires is not within 1 to 604800');
  if (signedAt - now > SKEW_MS) throw new ServiceError(403, 'AccessDenied', 'Request is not valid yet.');
  if (now >= signedAt + expires * 1000) throw new ServiceError(403, 'AccessDenied', 'Request has expired.');
}

/** Each segment decoded and encoded again, so that clients which escape fewer characters agree with us. */
function canonicalPath(path: string): string {
  return path.split('/').map(reencode).join('/');
}

function reencode(segment: string): string {
  try {
    const encoded = encodeURIComponent(decodeURIComponent(segment));
    return encoded.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw new ServiceError(400, 'InvalidURI', 'The request path is not valid percent-encoded UTF-8.');
  }
}

function canonicalQuery(query: URLSearchParams): Record<string, string | string[]> {
  const canonical: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    if (name === 'X-Amz-Signature') continue;
    const values = query.getAll(name);
    canonical[name] = values.length === 1 ? values[0]! : values;
  }
  return canonical;
}

function canonicalHeaders(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const canonical: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    canonical[name] = (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ');
  }
  const required = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  for (const name of required)
    if (!(name in canonical)) throw malformed(`the header ${name} is present and not signed`);
  return canonical;
}

/**
 * CORS rules of a bucket: kept, answered to preflights, and applied to real answers.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
import type { Answer } from '../answer.ts';
import { ServiceError } from '../service-error.ts';
import { malformedXml, writeXml } from '../xml.ts';
import type { Bucket } from './bucket-store.ts';
import { type CorsRule, corsConfiguration } from './cors-rule.ts';
import { readXmlBody, type S3Call, type S3Handler, xmlAnswer } from './s3-call.ts';

export const putCors: S3Handler = async (call) => {
  const parsed = corsConfiguration.safeParse(await readXmlBody(call, 'CORSConfiguration'));
  if (!parsed.success) throw malformedXml();
  const bucket = call.cloud.buckets.require(call.bucket);
  call.cloud.buckets.save({ ...bucket, cors: parsed.data.CORSRule });
  return { status: 200 };
};

export const getCors: S3Handler = ({ cloud, bucket }: S3Call) => {
  const { cors } = cloud.buckets.require(bucket);
  if (cors === undefined) {
    const message = 'The CORS configuration does not exist.';
    throw new ServiceError(404, 'NoSuchCORSConfiguration', message);
  }
  return xmlAnswer(writeXml('CORSConfiguration', { CORSRule: cors }));
};

export const deleteCors: S3Handler = ({ cloud, bucket }: S3Call) => {
  cloud.buckets.save({ ...cloud.buckets.require(bucket), cors: undefined });
  return { status: 204 };
};

/** An OPTIONS request; it is never signed. Throws AccessForbidden (403) where no rule allows it. */
export function answerPreflight(
  bucket: Bucket | undefined,
  headers: Readonly<Record<string, string>>,
): Answer {
  const origin = headers.origin ?? '';
  const method = headers['access-control-request-method'] ?? '';
  const wanted = (headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const found = bucket?.cors?.find(
    (candidate) =>
      allows(candidate, origin, method) &&
      wanted.every((name) =>
        candidate.AllowedHeader?.some((pattern) => matchesPattern(pattern.toLowerCase(), name)),
      ),
  );
  if (!found)
    throw new ServiceError(403, 'AccessForbidden', 'CORSResponse: This CORS request is not allowed.');
  return {
    status: 200,
    headers: {
      ...grant(found, origin),
      'access-control-allow-methods': found.AllowedMethod.join(', '),
      ...(wanted.length > 0 ? { 'access-control-allow-headers': wanted.join(', ') } : {}),
      ...(found.MaxAgeSeconds === undefined ? {} : { 'access-control-max-age': found.MaxAgeSeconds }),
    },
  };
}

/** Headers that let a page at `origin` read the answer to its request; none where no rule allows it. */
export function corsHeaders(
  bucket: Bucket | undefined,
  origin: string | undefined,
  method: string,
): Record<string, string> {
  const found = bucket?.cors?.find((candidate) => allows(candidate, origin ?? '', method));
  return found === undefined || origin === undefined ? {} : grant(found, origin);
}

function grant(found: CorsRule, origin: string): Record<string, string> {
  const any = found.AllowedOrigin.includes('*');
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(any ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(found.ExposeHeader ? { 'access-control-expose-headers': found.ExposeHeader.join(', ') } : {}),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function allows({ AllowedMethod, AllowedOrigin }: CorsRule, origin: string, method: string): boolean {
  const named: readonly string[] = AllowedMethod;
  return named.includes(method) && AllowedOrigin.some((pattern) => matchesPattern(pattern, origin));
}

/** At most one `*` in the pattern. */
function matchesPattern(pattern: string, text: string): boolean {
  const [head = '', tail] = pattern.split('*', 2);
  if (tail === undefined) return text === head;
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

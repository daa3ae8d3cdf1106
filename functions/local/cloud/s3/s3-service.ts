/** Takes an S3 request from the wire to its handler and writes errors as S3 does. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../answer.ts';
import type { Cloud } from '../cloud.ts';
import { RequestBody } from '../request-body.ts';
import { ServiceError } from '../service-error.ts';
import { declaredPayload, type SignatureVerifier } from '../signature.ts';
import { writeXml } from '../xml.ts';
import { answerPreflight, corsHeaders } from './cors.ts';
import { findRoute } from './routes.ts';
import { refuseUnsupportedHeaders } from './s3-call.ts';

export interface WireRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** As on the request line, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
}

export interface ServiceAnswer {
  readonly answer: Answer;
  /** The work is done, and the client must not hear of it. */
  readonly drop: boolean;
}

export async function answerS3(
  cloud: Cloud,
  verifier: SignatureVerifier,
  wire: WireRequest,
): Promise<ServiceAnswer> {
  const { request, method, requestId } = wire;
  const headers = mergedHeaders(wire);
  let resource = wire.path;
  let cors: Record<string, string> = {};
  try {
    const { bucket, key } = parsePath(wire.path);
    resource = key === '' ? `/${bucket}` : `/${bucket}/${key}`;
    const known = cloud.buckets.find(bucket);
    if (method === 'OPTIONS') return { answer: answerPreflight(known, headers), drop: false };
    cors = corsHeaders(known, headers.origin, method);
    const signed = { method, path: wire.path, query: wire.query, headers: request.headers };
    const payloadHash = declaredPayload(signed);
    await verifier.verify(signed, 's3', payloadHash, cloud.now());
    const route = findRoute({ method, bucket, key, query: wire.query, headers });
    refuseUnsupportedHeaders(headers);
    const target = key === '' ? bucket : `${bucket}/${key}`;
    if (cloud.faults.strikes('slow-down', route.operation, target))
      throw new ServiceError(503, 'SlowDown', 'Please reduce your request rate.', { 'retry-after': '0' });
    const body = new RequestBody(request, wire.response, headers, {
      payloadHash,
      presigned: wire.query.has('X-Amz-Signature'),
    });
    const answer = await route.handle({
      cloud,
      operation: route.operation,
      bucket,
      key,
      query: wire.query,
      headers,
      body,
      requestId,
      sourceAddress: request.socket.remoteAddress ?? '',
    });
    const drop = cloud.faults.strikes('drop-answer', route.operation, target);
    return { answer: { ...answer, headers: { ...cors, ...answer.headers } }, drop };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { answer: errorAnswer(error, resource, requestId, cors), drop: false };
  }
}

function errorAnswer(
  error: ServiceError,
  resource: string,
  requestId: string,
  cors: Readonly<Record<string, string>>,
): Answer {
  const content = { Code: error.code, Message: error.message, Resource: resource, RequestId: requestId };
  return {
    status: error.status,
    headers: { ...cors, 'content-type': 'application/xml', ...error.headers },
    body: writeXml('Error', content, ''),
  };
}

function parsePath(path: string): { bucket: string; key: string } {
  const [bucket = '', key = ''] = path.slice(1).split(/\/(.*)/s);
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    throw new ServiceError(400, 'InvalidURI', 'The request path is not valid percent-encoded UTF-8.');
  }
}

/** Request headers, and under them the x-amz- ones that a presigned URL carries as query parameters. */
function mergedHeaders({ request, query }: WireRequest): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const [name, value] of query)
    if (name.startsWith('x-amz-') && query.has('X-Amz-Signature')) merged[name] = value;
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) merged[name] = Array.isArray(value) ? value.join(', ') : value;
  return merged;
}

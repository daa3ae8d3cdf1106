/**
 * The HTTP server in front of S3, SQS and the fault controls.
 *
 * Plain node:http: S3 chooses its operation by query parameter and header rather than by path, bodies are raw
 * streams with `Expect: 100-continue`, and a dropped answer needs the socket itself.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type Answer, sendAnswer } from './answer.ts';
import { answerFaultRequest, FAULT_PATH, FAULT_SERVICE, faultErrorAnswer } from './fault-admin.ts';
import { answerS3, type WireRequest } from './s3/s3-service.ts';
import { notImplemented, ServiceError } from './service-error.ts';
import type { SignatureVerifier } from './signature.ts';
import type { ActionContext } from './sqs/action.ts';
import { answerSqs } from './sqs/sqs-service.ts';

/** 1 MiB of message body, every byte escaped as \u00XX. */
const JSON_LIMIT = 8 * 1024 * 1024;

export interface ServerParts extends Pick<ActionContext, 'cloud' | 'receiver' | 'moveTasks'> {
  readonly verifier: SignatureVerifier;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

export interface CloudServer {
  readonly server: Server;
  /** Resolves once no request is being worked on. */
  readonly idle: () => Promise<void>;
}

export function createCloudServer(parts: ServerParts): CloudServer {
  const working = new Set<Promise<void>>();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const work = handle(parts, request, response)
      .catch((error: unknown) => reportFailure(error, response))
      .finally(() => working.delete(work));
    working.add(work);
  };
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, onRequest);
  server.on('checkContinue', onRequest);
  return { server, idle: async () => void (await Promise.all(working)) };
}

function reportFailure(error: unknown, response: ServerResponse): void {
  if (!isDisconnect(error))
    process.stderr.write(`cloud: ${error instanceof Error ? error.stack : String(error)}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}

async function handle(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? '';
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const requestId = randomUUID();
  response.setHeader('x-amz-request-id', requestId);
  const query = new URLSearchParams(search);
  const wire: WireRequest = { request, response, method, path, query, requestId };
  const { answer, drop } = await route(parts, wire);
  if (drop) {
    if (answer.body instanceof Readable) answer.body.destroy();
    request.socket.destroy();
    return;
  }
  await drain(request, response);
  await sendAnswer(response, answer, method);
}

function route(parts: ServerParts, wire: WireRequest): Promise<{ answer: Answer; drop: boolean }> {
  const { cloud, verifier } = parts;
  const target = wire.request.headers['x-amz-target'];
  if (wire.path === FAULT_PATH) return answerFaults(parts, wire);
  if (typeof target === 'string') return answerTarget(parts, wire, target);
  return answerS3(cloud, verifier, wire);
}

async function answerTarget(
  parts: ServerParts,
  wire: WireRequest,
  target: string,
): Promise<{ answer: Answer; drop: boolean }> {
  const { request, response } = wire;
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const context: ActionContext = {
    cloud: parts.cloud,
    receiver: parts.receiver,
    moveTasks: parts.moveTasks,
    origin: `http://${request.headers.host}`,
    signal: AbortSignal.any([leaving.signal, parts.closing]),
  };
  const readVerified = async () => {
    const body = await readBody(wire);
    await verifyBody(parts, wire, body, 'sqs');
    return body.toString('utf8');
  };
  return answerSqs(context, target, readVerified);
}

async function answerFaults(
  parts: ServerParts,
  wire: WireRequest,
): Promise<{ answer: Answer; drop: boolean }> {
  try {
    const body = await readBody(wire);
    await verifyBody(parts, wire, body, FAULT_SERVICE);
    return {
      answer: answerFaultRequest(parts.cloud.faults, wire.method, body.toString('utf8')),
      drop: false,
    };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { answer: faultErrorAnswer(error), drop: false };
  }
}

async function verifyBody(
  { verifier, cloud }: ServerParts,
  { request, method, path, query }: WireRequest,
  body: Buffer,
  service: string,
): Promise<void> {
  const hash = createHash('sha256').update(body).digest('hex');
  await verifier.verify({ method, path, query, headers: request.headers }, service, hash, cloud.now());
}

async function readBody({ request, response }: WireRequest): Promise<Buffer> {
  if (request.headers.expect === '100-continue') response.writeContinue();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > JSON_LIMIT) throw notImplemented('JSON requests of more than 8 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** An error may be known before the body has come: take the rest in, so that the client gets to read the answer. */
async function drain(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.complete || request.readableEnded) return;
  if (request.headers.expect === '100-continue' && !request.readableDidRead) {
    response.shouldKeepAlive = false;
    return;
  }
  if (request.destroyed) return;
  request.resume();
  await new Promise<void>((resolve) => {
    request.once('end', resolve);
    request.once('close', resolve);
  });
}

function isDisconnect(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? '';
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'].includes(code);
}

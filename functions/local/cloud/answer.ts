/** An HTTP answer before it is sent, and sending it over a node:http response. */
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type AnswerHeaders = Readonly<Record<string, string | number>>;

export interface Answer {
  readonly status: number;
  readonly headers?: AnswerHeaders;
  /** A streamed body needs its `content-length` among the headers. */
  readonly body?: string | Uint8Array | Readable;
}

export async function sendAnswer(response: ServerResponse, answer: Answer, method: string): Promise<void> {
  const { status, headers = {}, body = '' } = answer;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const length = status === 204 || status === 304 ? {} : { 'content-length': bytes.length };
    response.writeHead(status, { ...length, ...headers });
    response.end(method === 'HEAD' ? undefined : bytes);
    return;
  }
  response.writeHead(status, headers);
  await pipeline(body, response);
}

/** Requests signed by hand and sent over a bare socket client, for what the SDK cannot be made to send. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { credentials, region } from './cloud-fixture.ts';

type Sha256 = ConstructorParameters<typeof SignatureV4>[0]['sha256'];
const sha256 = Hash.bind(null, 'sha256') as unknown as Sha256;

export interface RawRequest {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly service?: string;
  readonly signedAt?: Date;
  readonly region?: string;
  readonly credentials?: typeof credentials;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Headers of the request with its signature. x-amz-content-sha256 is that of the body unless given. */
export async function signedHeaders(endpoint: string, raw: RawRequest): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    credentials: raw.credentials ?? credentials,
    region: raw.region ?? region,
    service: raw.service ?? 's3',
    sha256,
    uriEscapePath: false,
  });
  const { hostname, host } = new URL(endpoint);
  const payload = createHash('sha256')
    .update(raw.body ?? '')
    .digest('hex');
  const signed = await signer.sign(
    {
      method: raw.method,
      protocol: 'http:',
      hostname,
      path: raw.path,
      query: raw.query ?? {},
      headers: { host, 'x-amz-content-sha256': payload, ...raw.headers },
    },
    { signingDate: raw.signedAt ?? new Date() },
  );
  return signed.headers;
}

export async function sendSigned(endpoint: string, raw: RawRequest): Promise<RawAnswer> {
  return sendRaw(endpoint, { ...raw, headers: await signedHeaders(endpoint, raw) });
}

export function sendRaw(endpoint: string, raw: RawRequest): Promise<RawAnswer> {
  const search = new URLSearchParams(raw.query).toString();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${endpoint}${raw.path}${search === '' ? '' : `?${search}`}`,
      { method: raw.method, headers: raw.headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers as Record<string, string>,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(raw.body);
  });
}

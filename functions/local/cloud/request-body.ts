/**
 * The body of one request: undone from its transfer form, digested on the way, stored, then held against
 * everything the client said about it (signed SHA-256, Content-MD5, checksum in a header or a trailer, length).
 *
 * Only a body that agrees is handed on; one that does not is discarded and answered 400.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumAlgorithm,
  checksumDigest,
  checksumHeader,
  type Digest,
  hashDigest,
} from './checksum.ts';
import { decodeChunkedBody, incompleteBody } from './chunked-body.ts';
import { notImplemented, ServiceError } from './service-error.ts';
import type { BlobStore, StoredBody } from './storage/blob-store.ts';

const CHUNKED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
/** Largest object in one put, and largest part: 5 GiB. */
const OBJECT_LIMIT = 5 * 1024 ** 3;
/** CRC32 of nothing: the SDK puts it into a presigned URL, whose body it does not know. */
const EMPTY_CRC32 = 'AAAAAA==';

export interface ReceivedBody {
  readonly stored: StoredBody;
  /** MD5 in lower-case hex. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

interface Declared {
  readonly algorithm: ChecksumAlgorithm;
  /** Where the client's own figure is: in a header, in a trailer, or nowhere (the server computes it). */
  readonly from: 'header' | 'trailer' | 'nowhere';
  readonly value?: string;
}

export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #payloadHash: string;
  readonly #presigned: boolean;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    signed: { readonly payloadHash: string; readonly presigned: boolean },
  ) {
    this.#request = request;
    this.#response = response;
    this.#headers = headers;
    this.#payloadHash = signed.payloadHash;
    this.#presigned = signed.presigned;
  }

  /** Stores the body. Throws BadDigest, XAmzContentSHA256Mismatch, IncompleteBody (400), EntityTooLarge. */
  async receive(blobs: BlobStore, inlineLimit?: number): Promise<ReceivedBody> {
    if (this.#request.headers.expect === '100-continue') this.#response.writeContinue();
    const trailers = new Map<string, string>();
    const declared = this.#declaredChecksum();
    const md5 = hashDigest('md5');
    const sha256 = /^[0-9a-f]{64}$/.test(this.#payloadHash) ? hashDigest('sha256') : undefined;
    const checksum = declared && checksumDigest(declared.algorithm);
    const digests = [md5, sha256, checksum].filter((digest) => digest !== undefined);
    // An error must not destroy the connection over which it is answered.
    const source = this.#request.iterator({ destroyOnReturn: false });
    const content = this.#digested(this.#decoded(source, trailers), digests);
    const stored = await blobs.write(content, inlineLimit).finally(() => source.return?.());
    try {
      this.#checkLength(stored.size);
      const md5Bytes = Buffer.from(await md5.digest());
      if (sha256) this.#checkSha256(Buffer.from(await sha256.digest()).toString('hex'));
      this.#checkMd5(md5Bytes.toString('base64'));
      return { stored, md5: md5Bytes.toString('hex'), checksum: await settle(declared, checksum, trailers) };
    } catch (error) {
      blobs.discard(stored.segments);
      throw error;
    }
  }

  /** The whole body as text, for XML. Throws EntityTooLarge (400) past `limit` bytes. */
  async text(blobs: BlobStore, limit: number): Promise<string> {
    const { stored } = await this.receive(blobs, limit);
    blobs.discard(stored.segments);
    if (stored.inline === null) throw tooLarge();
    return Buffer.from(stored.inline).toString('utf8');
  }

  #decoded(source: AsyncIterable<Uint8Array>, trailers: Map<string, string>): AsyncIterable<Uint8Array> {
    if (this.#payloadHash === CHUNKED) return decodeChunkedBody(source, trailers);
    if (this.#payloadHash.startsWith('STREAMING-'))
      throw notImplemented(`the payload mode ${this.#payloadHash}`);
    return source;
  }

  async *#digested(
    source: AsyncIterable<Uint8Array>,
    digests: readonly Digest[],
  ): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > OBJECT_LIMIT) throw tooLarge();
      for (const digest of digests) digest.update(chunk);
      yield chunk;
    }
  }

  #declaredChecksum(): Declared | undefined {
    for (const algorithm of CHECKSUM_ALGORITHMS) {
      const value = this.#headers[checksumHeader(algorithm)];
      if (value === undefined) continue;
      if (this.#presigned && value === EMPTY_CRC32) return { algorithm, from: 'nowhere' };
      return { algorithm, from: 'header', value };
    }
    const trailer = this.#headers['x-amz-trailer']?.toLowerCase();
    if (trailer?.startsWith('x-amz-checksum-'))
      return { algorithm: checksumAlgorithm(trailer.slice('x-amz-checksum-'.length)), from: 'trailer' };
    const named = this.#headers['x-amz-sdk-checksum-algorithm'];
    return named === undefined ? undefined : { algorithm: checksumAlgorithm(named), from: 'nowhere' };
  }

  #checkLength(size: number): void {
    const announced = this.#headers['x-amz-decoded-content-length'];
    if (this.#payloadHash === CHUNKED && Number(announced) !== size)
      throw incompleteBody(`${size} bytes, announced ${announced}`);
  }

  #checkSha256(found: string): void {
    if (found === this.#payloadHash) return;
    throw new ServiceError(
      400,
      'XAmzContentSHA256Mismatch',
      'The x-amz-content-sha256 header is not the SHA-256 of the body.',
    );
  }

  #checkMd5(found: string): void {
    const announced = this.#headers['content-md5'];
    if (announced !== undefined && announced !== found) throw badDigest('Content-MD5');
  }
}

async function settle(
  declared: Declared | undefined,
  digest: Digest | undefined,
  trailers: ReadonlyMap<string, string>,
): Promise<Checksum | undefined> {
  if (!declared || !digest) return undefined;
  const { algorithm } = declared;
  const announced = declared.from === 'trailer' ? trailers.get(checksumHeader(algorithm)) : declared.value;
  if (declared.from === 'trailer' && announced === undefined)
    throw incompleteBody('no checksum in the trailer');
  const value = Buffer.from(await digest.digest()).toString('base64');
  if (announced !== undefined && announced !== value) throw badDigest(algorithm);
  return { algorithm, value, type: 'FULL_OBJECT' };
}

function badDigest(name: string): ServiceError {
  return new ServiceError(400, 'BadDigest', `The ${name} you specified did not match what we received.`);
}

function tooLarge(): ServiceError {
  return new ServiceError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
}

/**
 * Decodes `aws-chunked` content: `<hex size>\r\n<bytes>\r\n` …, `0\r\n`, trailers `name:value\r\n`, `\r\n`.
 *
 * Only the unsigned form (STREAMING-UNSIGNED-PAYLOAD-TRAILER). Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { ServiceError } from './service-error.ts';

/** Longest line between chunks: a size or one trailer. */
const LINE_LIMIT = 8 * 1024;
const LF = 0x0a;

/** Yields the bytes of the chunks; fills `trailers` (lower-case names) once the body has ended. */
export async function* decodeChunkedBody(
  source: AsyncIterable<Uint8Array>,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const input = new ByteReader(source);
  for (;;) {
    const size = parseSize(await input.line());
    if (size === 0) break;
    yield* input.bytes(size);
    if ((await input.line()) !== '') throw incompleteBody('a chunk longer than its size');
  }
  for (let line = await input.line(); line !== ''; line = await input.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw incompleteBody('a trailer without a name');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  await input.drain();
}

function parseSize(line: string): number {
  const digits = line.split(';', 1)[0]!;
  if (!/^[0-9a-fA-F]{1,12}$/.test(digits)) throw incompleteBody('a chunk without a size');
  return Number.parseInt(digits, 16);
}

export function incompleteBody(found: string): ServiceError {
  return new ServiceError(
    400,
    'IncompleteBody',
    `The request body is not what its headers announce: ${found}.`,
  );
}

/** Lines and runs of bytes out of a stream, without gathering it. */
class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #pending: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let collected = Buffer.alloc(0);
    for (;;) {
      const end = this.#pending.indexOf(LF);
      const piece = end < 0 ? this.#pending : this.#pending.subarray(0, end);
      collected = Buffer.concat([collected, piece]);
      if (collected.length > LINE_LIMIT) throw incompleteBody('a line without an end');
      if (end >= 0) {
        this.#pending = this.#pending.subarray(end + 1);
        const text = collected.toString('latin1');
        return text.endsWith('\r') ? text.slice(0, -1) : text;
      }
      await this.#refill();
    }
  }

  async *bytes(count: number): AsyncGenerator<Uint8Array> {
    let left = count;
    while (left > 0) {
      if (this.#pending.length === 0) await this.#refill();
      const piece = this.#pending.subarray(0, left);
      this.#pending = this.#pending.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async drain(): Promise<void> {
    for (let next = await this.#iterator.next(); !next.done; next = await this.#iterator.next());
  }

  async #refill(): Promise<void> {
    const next = await this.#iterator.next();
    if (next.done) throw incompleteBody('an end within a chunk');
    this.#pending = next.value;
  }
}

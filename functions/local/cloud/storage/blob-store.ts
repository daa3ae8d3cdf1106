/**
 * Bodies of objects: small ones inline (they go into the database row), large ones as files.
 *
 * A file is written under `incoming/`, flushed, then renamed into `blobs/`; only a committed row makes it part
 * of an object. A killed server leaves at most files that no row names, and `sweep` removes those at the next
 * start. Files never change once renamed, so a copy is a hard link.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, linkSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Bodies up to this many bytes live in the database: a 224x224 float map (200,704 bytes) among them. */
export const INLINE_LIMIT = 256 * 1024;

export interface Segment {
  readonly file: string;
  readonly size: number;
}

/** Either `inline` holds every byte and there are no segments, or the segments in order are the body. */
export interface StoredBody {
  readonly size: number;
  readonly inline: Uint8Array | null;
  readonly segments: readonly Segment[];
}

/** Bytes `first` to `last`, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export class BlobStore {
  readonly #incoming: string;
  readonly #blobs: string;

  constructor(directory: string) {
    this.#incoming = join(directory, 'incoming');
    this.#blobs = join(directory, 'blobs');
    mkdirSync(this.#incoming, { recursive: true });
    mkdirSync(this.#blobs, { recursive: true });
  }

  /** Stores a body to its end. `inlineLimit: 0` forces a file. Leaves nothing behind where `chunks` throws. */
  async write(chunks: AsyncIterable<Uint8Array>, inlineLimit = INLINE_LIMIT): Promise<StoredBody> {
    const held: Uint8Array[] = [];
    let size = 0;
    const iterator = chunks[Symbol.asyncIterator]();
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      held.push(next.value);
      size += next.value.length;
      if (size > inlineLimit) return this.#writeFile(held, iterator);
    }
    if (inlineLimit === 0) return this.#writeFile(held, iterator);
    return { size, inline: held.length === 1 ? held[0]! : Buffer.concat(held), segments: [] };
  }

  async #writeFile(held: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Promise<StoredBody> {
    const file = randomUUID();
    const incoming = join(this.#incoming, file);
    const handle = await open(incoming, 'wx');
    let size = 0;
    try {
      for (const chunk of held) size += (await handle.write(chunk)).bytesWritten;
      for (let next = await rest.next(); !next.done; next = await rest.next())
        size += (await handle.write(next.value)).bytesWritten;
      await handle.sync();
      await handle.close();
      await rename(incoming, join(this.#blobs, file));
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(incoming, { force: true });
      throw error;
    }
    return { size, inline: null, segments: [{ file, size }] };
  }

  /**
   * Every file is opened before the first byte is read, so a concurrent delete cannot cut the answer short. A stream
   * must be read to its end or destroyed.
   */
  read(body: StoredBody, range: ByteRange): Uint8Array | Readable {
    if (body.inline) return body.inline.subarray(range.first, range.last + 1);
    let start = 0;
    const wanted: { fd: number; first: number; last: number }[] = [];
    for (const { file, size } of body.segments) {
      const first = Math.max(range.first - start, 0);
      const last = Math.min(range.last - start, size - 1);
      if (first <= last) wanted.push({ fd: openSync(join(this.#blobs, file), 'r'), first, last });
      start += size;
    }
    return readInTurn(wanted);
  }

  /** A second body with the same bytes and a life of its own. */
  copy(body: StoredBody): StoredBody {
    const segments = body.segments.map(({ file, size }) => {
      const copy = randomUUID();
      linkSync(join(this.#blobs, file), join(this.#blobs, copy));
      return { file: copy, size };
    });
    return { ...body, segments };
  }

  /** To be called after the row that named the body is gone. */
  discard(segments: readonly Segment[]): void {
    for (const { file } of segments) rmSync(join(this.#blobs, file), { force: true });
  }

  /** Removes what a killed server left: half-written bodies, and files that no row names. */
  sweep(isNamed: (file: string) => boolean): void {
    for (const file of readdirSync(this.#incoming)) rmSync(join(this.#incoming, file), { force: true });
    for (const file of readdirSync(this.#blobs))
      if (!isNamed(file)) rmSync(join(this.#blobs, file), { force: true });
  }
}

/** Destroying it closes every file, those not reached too. */
function readInTurn(files: readonly { fd: number; first: number; last: number }[]): Readable {
  const streams = files.map(({ fd, first, last }) =>
    createReadStream('', { fd, start: first, end: last, highWaterMark: 256 * 1024 }),
  );
  const whole = Readable.from(concatenate(streams), { objectMode: false });
  whole.once('close', () => {
    for (const stream of streams) stream.destroy();
  });
  return whole;
}

async function* concatenate(streams: readonly Readable[]): AsyncGenerator<Uint8Array> {
  for (const stream of streams) yield* stream as AsyncIterable<Uint8Array>;
}

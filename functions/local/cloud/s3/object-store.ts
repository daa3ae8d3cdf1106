/** The rows of objects. Keys are ordered by their UTF-8 bytes, as S3 lists them. */
import type { Checksum } from '../checksum.ts';
import type { Segment, StoredBody } from '../storage/blob-store.ts';
import type { Database } from '../storage/database.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Hex, for a multipart object followed by `-` and the number of parts; without quotes. */
  readonly etag: string;
  readonly modified: number;
  /** Hex; of two events on one key the later has the greater one. */
  readonly sequencer: string;
  /** What the client set and gets back: content-type, x-amz-meta-…, encryption. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: Checksum | undefined;
  readonly tags: readonly Tag[];
  readonly body: StoredBody;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly headers: string;
  readonly checksum: string | null;
}

interface ObjectRow {
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly sequencer: string;
  readonly headers: string;
  readonly checksum: string | null;
  readonly tags: string;
  readonly segments: string;
  readonly inline: Uint8Array | null;
}

export class ObjectStore {
  readonly #database: Database;
  #lastSequence: bigint;

  constructor(database: Database) {
    this.#database = database;
    const row = database.first<{ last: string | null }>('SELECT max(sequencer) AS last FROM objects');
    this.#lastSequence = BigInt(`0x${row?.last ?? '0'}`);
  }

  find(bucket: string, key: string): StoredObject | undefined {
    const row = this.#database.first<ObjectRow>(
      `SELECT size, etag, modified, sequencer, headers, checksum, tags, segments, inline
       FROM objects WHERE bucket = ? AND key = ?`,
      bucket,
      key,
    );
    if (row === undefined) return undefined;
    const { etag, modified, sequencer, size, inline } = row;
    const segments: Segment[] = JSON.parse(row.segments);
    return {
      bucket,
      key,
      etag,
      modified,
      sequencer,
      headers: JSON.parse(row.headers),
      checksum: row.checksum === null ? undefined : JSON.parse(row.checksum),
      tags: JSON.parse(row.tags),
      body: { size, inline, segments },
    };
  }

  /** Writes or replaces; the caller discards the files of what was replaced once that is committed. */
  put(object: StoredObject): void {
    const { body } = object;
    this.#database.run(
      `INSERT OR REPLACE INTO objects
       (bucket, key, size, etag, modified, sequencer, headers, checksum, tags, segments, inline)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      object.bucket,
      object.key,
      body.size,
      object.etag,
      object.modified,
      object.sequencer,
      JSON.stringify(object.headers),
      object.checksum === undefined ? null : JSON.stringify(object.checksum),
      JSON.stringify(object.tags),
      JSON.stringify(body.segments),
      body.inline,
    );
  }

  remove(bucket: string, key: string): void {
    this.#database.run('DELETE FROM objects WHERE bucket = ? AND key = ?', bucket, key);
  }

  setTags(bucket: string, key: string, tags: readonly Tag[]): void {
    const text = JSON.stringify(tags);
    this.#database.run('UPDATE objects SET tags = ? WHERE bucket = ? AND key = ?', text, bucket, key);
  }

  /** In key order from the first key > `after` that is also ≥ `from`. Walk it to where you need, then leave. */
  walk(bucket: string, after: string, from: string): Iterable<ListedObject> {
    return this.#database.each<ListedObject>(
      `SELECT key, size, etag, modified, headers, checksum FROM objects
       WHERE bucket = ? AND key > ? AND key >= ? ORDER BY key`,
      bucket,
      after,
      from,
    );
  }

  isEmpty(bucket: string): boolean {
    return this.#database.first('SELECT 1 FROM objects WHERE bucket = ? LIMIT 1', bucket) === undefined;
  }

  /** Grows with every call, across restarts too. */
  nextSequencer(now: number): string {
    const clock = BigInt(now) << 16n;
    this.#lastSequence = clock > this.#lastSequence ? clock : this.#lastSequence + 1n;
    return this.#lastSequence.toString(16).toUpperCase().padStart(18, '0');
  }

  /** Names of every file that an object's body is made of. */
  files(): string[] {
    const rows = this.#database.all<{ segments: string }>(
      `SELECT segments FROM objects WHERE segments <> '[]'`,
    );
    return rows.flatMap(({ segments }) => (JSON.parse(segments) as Segment[]).map(({ file }) => file));
  }
}

/** The rows of multipart uploads in progress. A part is always a file, so completing one copies nothing. */
import type { Checksum, ChecksumAlgorithm } from '../checksum.ts';
import { ServiceError } from '../service-error.ts';
import type { Database } from '../storage/database.ts';
import type { Tag } from './object-store.ts';

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly created: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  /** Undefined where the client asked for no checksum. */
  readonly checksum: Pick<Checksum, 'algorithm' | 'type'> | undefined;
}

export interface UploadedPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly checksum: string | null;
  readonly file: string;
  readonly modified: number;
}

interface UploadRow {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly created: number;
  readonly headers: string;
  readonly tags: string;
  readonly algorithm: string | null;
}

export class UploadStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  create(upload: Upload): void {
    this.#database.run(
      'INSERT INTO uploads (id, bucket, key, created, headers, tags, algorithm) VALUES (?, ?, ?, ?, ?, ?, ?)',
      upload.id,
      upload.bucket,
      upload.key,
      upload.created,
      JSON.stringify(upload.headers),
      JSON.stringify(upload.tags),
      upload.checksum === undefined ? null : `${upload.checksum.algorithm} ${upload.checksum.type}`,
    );
  }

  /** Throws NoSuchUpload (404). */
  require(bucket: string, key: string, id: string): Upload {
    const row = this.#database.first<UploadRow>(
      'SELECT id, bucket, key, created, headers, tags, algorithm FROM uploads WHERE id = ? AND bucket = ? AND key = ?',
      id,
      bucket,
      key,
    );
    if (row === undefined) {
      const message = 'The upload does not exist: it may have been completed or aborted.';
      throw new ServiceError(404, 'NoSuchUpload', message);
    }
    return readRow(row);
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM parts WHERE upload = ?', id);
    this.#database.run('DELETE FROM uploads WHERE id = ?', id);
  }

  /** In order of key, then id, after the marker. */
  list(bucket: string, after: { readonly key: string; readonly id: string }, limit: number): Upload[] {
    return this.#database
      .all<UploadRow>(
        `SELECT id, bucket, key, created, headers, tags, algorithm FROM uploads
         WHERE bucket = ? AND (key, id) > (?, ?) ORDER BY key, id LIMIT ?`,
        bucket,
        after.key,
        after.id,
        limit,
      )
      .map(readRow);
  }

  part(id: string, number: number): UploadedPart | undefined {
    return this.#database.first<UploadedPart>(
      'SELECT number, size, etag, checksum, file, modified FROM parts WHERE upload = ? AND number = ?',
      id,
      number,
    );
  }

  putPart(id: string, part: UploadedPart): void {
    this.#database.run(
      `INSERT OR REPLACE INTO parts (upload, number, size, etag, checksum, file, modified)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      part.number,
      part.size,
      part.etag,
      part.checksum,
      part.file,
      part.modified,
    );
  }

  /** In order of their number, from the first after `after`. */
  parts(id: string, after = 0, limit = 10_000): UploadedPart[] {
    return this.#database.all<UploadedPart>(
      `SELECT number, size, etag, checksum, file, modified FROM parts
       WHERE upload = ? AND number > ? ORDER BY number LIMIT ?`,
      id,
      after,
      limit,
    );
  }

  files(): string[] {
    return this.#database.all<{ file: string }>('SELECT file FROM parts').map(({ file }) => file);
  }
}

function readRow(row: UploadRow): Upload {
  const [algorithm, type] = (row.algorithm ?? '').split(' ');
  return {
    id: row.id,
    bucket: row.bucket,
    key: row.key,
    created: row.created,
    headers: JSON.parse(row.headers),
    tags: JSON.parse(row.tags),
    checksum:
      row.algorithm === null
        ? undefined
        : { algorithm: algorithm as ChecksumAlgorithm, type: type as Checksum['type'] },
  };
}

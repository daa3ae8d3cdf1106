/** Buckets with their CORS rules and notification configuration, held in memory and written through. */
import { ServiceError } from '../service-error.ts';
import type { Database } from '../storage/database.ts';
import type { CorsRule } from './cors-rule.ts';
import type { NotificationConfiguration } from './notification-configuration.ts';

export interface Bucket {
  readonly name: string;
  readonly created: number;
  readonly cors: readonly CorsRule[] | undefined;
  readonly notification: NotificationConfiguration;
}

interface BucketRow {
  readonly name: string;
  readonly created: number;
  readonly cors: string | null;
  readonly notification: string | null;
}

export class BucketStore {
  readonly #database: Database;
  readonly #buckets = new Map<string, Bucket>();

  constructor(database: Database) {
    this.#database = database;
    for (const row of database.all<BucketRow>('SELECT name, created, cors, notification FROM buckets')) {
      this.#buckets.set(row.name, {
        name: row.name,
        created: row.created,
        cors: row.cors === null ? undefined : JSON.parse(row.cors),
        notification:
          row.notification === null ? { queues: [], eventBridge: false } : JSON.parse(row.notification),
      });
    }
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** Throws NoSuchBucket (404). */
  require(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined)
      throw new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    return bucket;
  }

  list(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  save(bucket: Bucket): void {
    this.#database.run(
      'INSERT OR REPLACE INTO buckets (name, created, cors, notification) VALUES (?, ?, ?, ?)',
      bucket.name,
      bucket.created,
      bucket.cors === undefined ? null : JSON.stringify(bucket.cors),
      JSON.stringify(bucket.notification),
    );
    this.#buckets.set(bucket.name, bucket);
  }

  remove(name: string): void {
    this.#database.run('DELETE FROM buckets WHERE name = ?', name);
    this.#buckets.delete(name);
  }
}

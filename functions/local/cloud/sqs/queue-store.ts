/** Queues with their attributes and tags, held in memory and written through. */
import { ACCOUNT } from '../account.ts';
import type { Database } from '../storage/database.ts';
import { type QueueAttributes, type RedrivePolicy, readRedrivePolicy } from './queue-attributes.ts';
import { queueDoesNotExist } from './sqs-error.ts';

export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  /** Only those that were set. */
  readonly attributes: QueueAttributes;
  readonly redrive: RedrivePolicy | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly created: number;
  readonly modified: number;
}

export type QueueRecord = Pick<Queue, 'name' | 'attributes' | 'tags' | 'created' | 'modified'>;

interface QueueRow {
  readonly name: string;
  readonly attributes: string;
  readonly tags: string;
  readonly created: number;
  readonly modified: number;
}

export class QueueStore {
  readonly #database: Database;
  readonly #region: string;
  readonly #queues = new Map<string, Queue>();

  constructor(database: Database, region: string) {
    this.#database = database;
    this.#region = region;
    for (const row of database.all<QueueRow>(
      'SELECT name, attributes, tags, created, modified FROM queues',
    )) {
      const { name, created, modified } = row;
      this.#remember({
        name,
        created,
        modified,
        attributes: JSON.parse(row.attributes),
        tags: JSON.parse(row.tags),
      });
    }
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  findByArn(arn: string): Queue | undefined {
    const queue = this.#queues.get(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /** By the last two parts of its URL, account and name. Throws QueueDoesNotExist (400). */
  requireUrl(url: string): Queue {
    const [account, name] = url.split('/').slice(-2);
    const queue = account === ACCOUNT ? this.#queues.get(name ?? '') : undefined;
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }

  list(): Queue[] {
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  save(record: QueueRecord): Queue {
    this.#database.run(
      'INSERT OR REPLACE INTO queues (name, attributes, tags, created, modified) VALUES (?, ?, ?, ?, ?)',
      record.name,
      JSON.stringify(record.attributes),
      JSON.stringify(record.tags),
      record.created,
      record.modified,
    );
    return this.#remember(record);
  }

  remove(name: string): void {
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM messages WHERE queue = ?', name);
      this.#database.run('DELETE FROM deduplications WHERE queue = ?', name);
      this.#database.run('DELETE FROM queues WHERE name = ?', name);
    });
    this.#queues.delete(name);
  }

  #remember(record: QueueRecord): Queue {
    const { name, attributes, tags, created, modified } = record;
    const arn = `arn:aws:sqs:${this.#region}:${ACCOUNT}:${name}`;
    const isFifo = name.endsWith('.fifo');
    const redrive = readRedrivePolicy(attributes);
    const queue = { name, arn, isFifo, attributes, redrive, tags, created, modified };
    this.#queues.set(name, queue);
    return queue;
  }
}

/**
 * The rows of messages. A message can be handed out where `visible` ≤ now; receiving moves `visible` into the
 * future and draws a receipt, so a consumer that dies gives it back by doing nothing, and so does a killed server.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ServiceError } from '../service-error.ts';
import type { Database } from '../storage/database.ts';
import type { Arrivals } from './arrivals.ts';
import type { MessageAttributes } from './message-attributes.ts';
import { numericAttribute } from './queue-attributes.ts';
import type { Queue } from './queue-store.ts';

/** How long FIFO queues remember a deduplication id. */
const DEDUPLICATION_MS = 5 * 60_000;

export interface Outgoing {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sender: string;
  /** The queue's own delay where absent. */
  readonly delayMilliseconds?: number;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly traceHeader?: string | undefined;
}

export interface Message {
  readonly sequence: number;
  readonly queue: string;
  readonly id: string;
  readonly body: string;
  readonly attributes: string;
  readonly sender: string;
  readonly trace: string | null;
  readonly group_id: string;
  readonly deduplication_id: string | null;
  readonly sent: number;
  readonly visible: number;
  readonly received: number | null;
  readonly receive_count: number;
  readonly receipt: string | null;
  readonly dead_letter_source: string | null;
}

export interface Counts {
  readonly available: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export class MessageStore {
  readonly #database: Database;
  readonly #arrivals: Arrivals;
  readonly #now: () => number;

  constructor(database: Database, arrivals: Arrivals, now: () => number) {
    this.#database = database;
    this.#arrivals = arrivals;
    this.#now = now;
  }

  /** On a FIFO queue a repeated deduplication id gets the first message's answer and stores nothing. */
  send(queue: Queue, message: Outgoing): { id: string; sequence: number } {
    const sent = this.#database.transaction(() => {
      const now = this.#now();
      const { deduplicationId } = message;
      const memory = queue.isFifo && deduplicationId !== undefined ? scopedId(queue, message) : undefined;
      const earlier = memory === undefined ? undefined : this.#findDuplicate(queue, memory, now);
      if (earlier) return earlier;
      const id = randomUUID();
      const delay = message.delayMilliseconds ?? numericAttribute(queue.attributes, 'DelaySeconds') * 1000;
      const sequence = this.#insert(queue, message, { id, now, visible: now + delay });
      if (memory !== undefined) {
        this.#database.run(
          'INSERT INTO deduplications (queue, id, message, sequence, expires) VALUES (?, ?, ?, ?, ?)',
          queue.name,
          memory,
          id,
          sequence,
          now + DEDUPLICATION_MS,
        );
      }
      return { id, sequence };
    });
    this.#arrivals.ring(queue.name);
    return sent;
  }

  #findDuplicate(queue: Queue, id: string, now: number): { id: string; sequence: number } | undefined {
    this.#database.run('DELETE FROM deduplications WHERE queue = ? AND expires <= ?', queue.name, now);
    return this.#database.first<{ id: string; sequence: number }>(
      'SELECT message AS id, sequence FROM deduplications WHERE queue = ? AND id = ?',
      queue.name,
      id,
    );
  }

  #insert(
    queue: Queue,
    message: Outgoing,
    { id, now, visible }: { readonly id: string; readonly now: number; readonly visible: number },
  ): number {
    const row = this.#database.first<{ sequence: number }>(
      `INSERT INTO messages (queue, id, body, attributes, sender, trace, group_id, deduplication_id, sent, visible,
         receive_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING sequence`,
      queue.name,
      id,
      message.body,
      JSON.stringify(message.attributes),
      message.sender,
      message.traceHeader ?? null,
      message.groupId ?? '',
      message.deduplicationId ?? null,
      now,
      visible,
    );
    return row!.sequence;
  }

  /** Hides a message and draws its receipt. */
  take(message: Message, visible: number): Message {
    const receipt = randomBytes(12).toString('base64url');
    const received = message.received ?? this.#now();
    this.#database.run(
      `UPDATE messages SET visible = ?, received = ?, receive_count = receive_count + 1, receipt = ?
       WHERE sequence = ?`,
      visible,
      received,
      receipt,
      message.sequence,
    );
    return { ...message, visible, received, receipt, receive_count: message.receive_count + 1 };
  }

  /** To a dead-letter queue: the message keeps its id, age and count, and learns where it came from. */
  moveToDeadLetters(message: Message, source: Queue, target: Queue): void {
    this.#database.run(
      `UPDATE messages SET queue = ?, visible = ?, receipt = NULL, dead_letter_source = ? WHERE sequence = ?`,
      target.name,
      this.#now(),
      source.arn,
      message.sequence,
    );
    this.#arrivals.ring(target.name);
  }

  /** Out of a dead-letter queue: a new message with a new id and a fresh count. */
  resend(message: Message, target: Queue): void {
    const now = this.#now();
    this.#database.run('DELETE FROM messages WHERE sequence = ?', message.sequence);
    const { body, sender, group_id, deduplication_id, trace } = message;
    const outgoing: Outgoing = {
      body,
      sender,
      attributes: JSON.parse(message.attributes),
      groupId: group_id,
      ...(deduplication_id === null ? {} : { deduplicationId: deduplication_id }),
      ...(trace === null ? {} : { traceHeader: trace }),
    };
    this.#insert(target, outgoing, { id: randomUUID(), now, visible: now });
    this.#arrivals.ring(target.name);
  }

  /** A receipt from an earlier receive changes nothing; on a FIFO queue it is an error once expired. */
  delete(queue: Queue, handle: string): void {
    const { sequence, receipt } = readHandle(queue, handle);
    if (queue.isFifo && this.#isExpired(sequence, receipt))
      throw new ServiceError(400, 'InvalidParameterValue', 'The receipt handle has expired.');
    this.#database.run('DELETE FROM messages WHERE sequence = ? AND receipt = ?', sequence, receipt);
    if (queue.isFifo) this.#arrivals.ring(queue.name);
  }

  #isExpired(sequence: number, receipt: string): boolean {
    const row = this.#database.first<Pick<Message, 'visible' | 'receipt'>>(
      'SELECT visible, receipt FROM messages WHERE sequence = ?',
      sequence,
    );
    return row !== undefined && (row.receipt !== receipt || row.visible <= this.#now());
  }

  /** Counts from now. Throws MessageNotInflight (400). */
  changeVisibility(queue: Queue, handle: string, seconds: number): void {
    const { sequence, receipt } = readHandle(queue, handle);
    const now = this.#now();
    const changed = this.#database.run(
      'UPDATE messages SET visible = ? WHERE sequence = ? AND receipt = ? AND visible > ?',
      now + seconds * 1000,
      sequence,
      receipt,
      now,
    );
    if (changed === 0)
      throw new ServiceError(400, 'MessageNotInflight', 'The message referred to is not in flight.');
    this.#arrivals.ring(queue.name);
  }

  purge(queue: Queue): void {
    this.#database.run('DELETE FROM messages WHERE queue = ?', queue.name);
  }

  /** Removes what is older than the queue's retention period. */
  expire(queue: Queue): void {
    const oldest = this.#now() - numericAttribute(queue.attributes, 'MessageRetentionPeriod') * 1000;
    this.#database.run('DELETE FROM messages WHERE queue = ? AND sent < ?', queue.name, oldest);
  }

  count(queue: Queue): Counts {
    const now = this.#now();
    return this.#database.first<Counts>(
      `SELECT count(*) FILTER (WHERE visible <= ?) AS available,
              count(*) FILTER (WHERE visible > ? AND receipt IS NOT NULL) AS inFlight,
              count(*) FILTER (WHERE visible > ? AND receipt IS NULL) AS delayed
       FROM messages WHERE queue = ?`,
      now,
      now,
      now,
      queue.name,
    )!;
  }

  /** When the next hidden message comes into sight; undefined where none is hidden. */
  nextVisible(queue: Queue): number | undefined {
    const row = this.#database.first<{ next: number | null }>(
      'SELECT min(visible) AS next FROM messages WHERE queue = ? AND visible > ?',
      queue.name,
      this.#now(),
    );
    return row?.next ?? undefined;
  }
}

export function writeHandle(message: Message): string {
  return Buffer.from(`${message.queue}\n${message.sequence}\n${message.receipt}`).toString('base64url');
}

function readHandle(queue: Queue, handle: string): { sequence: number; receipt: string } {
  const [name, sequence, receipt, ...more] = Buffer.from(handle, 'base64url').toString().split('\n');
  if (name !== queue.name || !receipt || more.length > 0 || !/^\d+$/.test(sequence ?? ''))
    throw new ServiceError(400, 'ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
  return { sequence: Number(sequence), receipt };
}

function scopedId(queue: Queue, { groupId, deduplicationId }: Outgoing): string {
  return queue.attributes.DeduplicationScope === 'messageGroup'
    ? `${groupId}\n${deduplicationId}`
    : `${deduplicationId}`;
}

/** Content-based deduplication id: SHA-256 of the body. */
export function contentDeduplicationId(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/**
 * Redriving a dead-letter queue: messages that were in it at the start go back to where they came from, or to a
 * queue of choice, at full speed or a given rate. A task that a killed server left running goes on at the next start.
 *
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import { randomUUID } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import { ServiceError } from '../service-error.ts';
import type { Message } from './message-store.ts';
import type { Queue } from './queue-store.ts';
import { invalidParameter } from './sqs-error.ts';

const BATCH = 100;
const TICK_MS = 100;

export interface MoveTask {
  readonly handle: string;
  readonly source: string;
  readonly destination: string | null;
  /** Messages per second; null for as fast as it goes. */
  readonly rate: number | null;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly moved: number;
  readonly total: number;
  readonly last_sequence: number;
  readonly started: number;
  readonly failure: string | null;
}

export class MoveTasks {
  readonly #cloud: Cloud;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    const running = cloud.database.all<MoveTask>("SELECT * FROM move_tasks WHERE status = 'RUNNING'");
    for (const { handle } of running) this.#schedule(handle, 0);
  }

  /** Throws InvalidParameterValue where the source is nobody's dead-letter queue, UnsupportedOperation where busy. */
  start(source: Queue, destination: Queue | undefined, rate: number | undefined): string {
    const { database, queues } = this.#cloud;
    if (!queues.list().some(({ redrive }) => redrive?.deadLetterTargetArn === source.arn))
      throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    if (this.list(source.arn, 10).some(({ status }) => status === 'RUNNING')) {
      const message =
        'There is already a task running. Only one active task is allowed for a source queue arn.';
      throw new ServiceError(400, 'UnsupportedOperation', message);
    }
    const handle = randomUUID();
    database.run(
      `INSERT INTO move_tasks (handle, source, destination, rate, status, moved, total, last_sequence, started)
       SELECT ?, ?, ?, ?, 'RUNNING', 0, count(*), coalesce(max(sequence), 0), ? FROM messages WHERE queue = ?`,
      handle,
      source.arn,
      destination?.arn ?? null,
      rate ?? null,
      this.#cloud.now(),
      source.name,
    );
    this.#schedule(handle, 0);
    return handle;
  }

  /** The latest first. */
  list(source: string, limit: number): MoveTask[] {
    return this.#cloud.database.all<MoveTask>(
      'SELECT * FROM move_tasks WHERE source = ? ORDER BY started DESC, rowid DESC LIMIT ?',
      source,
      limit,
    );
  }

  /** Returns how many messages were moved before. Throws ResourceNotFoundException where it is not running. */
  cancel(handle: string): number {
    const task = this.#find(handle);
    if (task?.status !== 'RUNNING')
      throw new ServiceError(400, 'ResourceNotFoundException', 'Task does not exist or is not running.');
    this.#finish(handle, 'CANCELLED', null);
    return task.moved;
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #find(handle: string): MoveTask | undefined {
    return this.#cloud.database.first<MoveTask>('SELECT * FROM move_tasks WHERE handle = ?', handle);
  }

  #schedule(handle: string, milliseconds: number): void {
    const step = () => {
      this.#timers.delete(handle);
      this.#step(handle);
    };
    this.#timers.set(handle, setTimeout(step, milliseconds));
  }

  #step(handle: string): void {
    const task = this.#find(handle);
    if (task?.status !== 'RUNNING') return;
    const size = task.rate === null ? BATCH : Math.max(1, Math.round((task.rate * TICK_MS) / 1000));
    const pause = task.rate === null ? 0 : Math.round((size * 1000) / task.rate);
    const outcome = this.#cloud.database.transaction(() => this.#moveSome(task, size));
    if (outcome === 'more') this.#schedule(handle, pause);
    else
      this.#finish(handle, outcome === 'done' ? 'COMPLETED' : 'FAILED', outcome === 'done' ? null : outcome);
  }

  #moveSome(task: MoveTask, size: number): string {
    const { database, queues, messages } = this.#cloud;
    const source = queues.findByArn(task.source);
    if (source === undefined) return 'AWS.SimpleQueueService.NonExistentQueue';
    const batch = database.all<Message>(
      'SELECT * FROM messages WHERE queue = ? AND sequence <= ? AND visible <= ? ORDER BY sequence LIMIT ?',
      source.name,
      task.last_sequence,
      this.#cloud.now(),
      size,
    );
    for (const message of batch) {
      const arn = task.destination ?? message.dead_letter_source;
      if (arn === null) return 'CouldNotDetermineMessageSource';
      const target = queues.findByArn(arn);
      if (target === undefined) return 'AWS.SimpleQueueService.NonExistentQueue';
      messages.resend(message, target);
      database.run('UPDATE move_tasks SET moved = moved + 1 WHERE handle = ?', task.handle);
    }
    return batch.length < size ? 'done' : 'more';
  }

  #finish(handle: string, status: MoveTask['status'], failure: string | null): void {
    const sql = 'UPDATE move_tasks SET status = ?, failure = ? WHERE handle = ?';
    this.#cloud.database.run(sql, status, failure, handle);
  }
}

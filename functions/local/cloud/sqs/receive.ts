/**
 * Which messages a receive hands out, and the long poll around it.
 *
 * Standard queues: of the message groups with something to hand out, the one with the least in flight goes first,
 * then the older message, so one bulk upload cannot starve others (fair queues). FIFO queues: in order, and no
 * group that has a message in flight. A message received `maxReceiveCount` times already goes to the dead-letter
 * queue instead. Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
 * sqs-fair-queues.html and sqs-dead-letter-queues.html
 */
import type { Cloud } from '../cloud.ts';
import type { Database } from '../storage/database.ts';
import type { Arrivals } from './arrivals.ts';
import type { Message } from './message-store.ts';
import type { Queue } from './queue-store.ts';

/** Groups looked at in one receive; the next receive goes on behind them. */
const GROUPS_AT_ONCE = 16;

export interface ReceiveOptions {
  readonly limit: number;
  readonly visibilitySeconds: number;
  readonly waitSeconds: number;
  /** Aborts when the client leaves or the server closes: nothing is taken for nobody. */
  readonly signal: AbortSignal;
}

export class Receiver {
  readonly #cloud: Cloud;
  readonly #arrivals: Arrivals;
  /** Where the walk over a queue's groups goes on. */
  readonly #lastGroup = new Map<string, string>();

  constructor(cloud: Cloud, arrivals: Arrivals) {
    this.#cloud = cloud;
    this.#arrivals = arrivals;
  }

  /** Waits until there is something, at most `waitSeconds`; then an empty list. */
  async receive(queue: Queue, options: ReceiveOptions): Promise<Message[]> {
    const deadline = this.#cloud.now() + options.waitSeconds * 1000;
    for (;;) {
      if (options.signal.aborted || this.#cloud.queues.find(queue.name) === undefined) return [];
      const taken = this.#take(queue, options);
      const now = this.#cloud.now();
      if (taken.length > 0 || now >= deadline) return taken;
      const next = this.#cloud.messages.nextVisible(queue) ?? deadline;
      await this.#arrivals.wait(queue.name, Math.max(Math.min(next, deadline) - now, 1), options.signal);
    }
  }

  #take(queue: Queue, { limit, visibilitySeconds }: ReceiveOptions): Message[] {
    const { database, messages, queues } = this.#cloud;
    const deadLetters = queue.redrive && queues.findByArn(queue.redrive.deadLetterTargetArn);
    const isDead = (message: Message) =>
      message.receive_count >= (queue.redrive?.maxReceiveCount ?? Infinity);
    return database.transaction(() => {
      let chosen = this.#choose(queue, limit);
      while (deadLetters && chosen.some(isDead)) {
        for (const message of chosen.filter(isDead)) messages.moveToDeadLetters(message, queue, deadLetters);
        chosen = this.#choose(queue, limit);
      }
      const until = this.#cloud.now() + visibilitySeconds * 1000;
      return chosen.map((message) => messages.take(message, until));
    });
  }

  #choose(queue: Queue, limit: number): Message[] {
    const { database } = this.#cloud;
    const now = this.#cloud.now();
    if (queue.isFifo) return chooseInOrder(database, queue.name, limit, now);
    const groups = availableGroups(database, queue.name, this.#lastGroup.get(queue.name) ?? '', now);
    if (groups.length === 0) return [];
    this.#lastGroup.set(queue.name, groups.length === GROUPS_AT_ONCE ? groups.at(-1)! : '');
    if (groups.length === 1) return oldestOf(database, queue.name, groups[0]!, limit, now);
    return chooseFairly(database, queue.name, groups, limit, now);
  }
}

function chooseInOrder(database: Database, queue: string, limit: number, now: number): Message[] {
  return database.all<Message>(
    `SELECT * FROM messages WHERE queue = ? AND visible <= ? AND group_id NOT IN
       (SELECT group_id FROM messages WHERE queue = ? AND visible > ? AND receipt IS NOT NULL)
     ORDER BY sequence LIMIT ?`,
    queue,
    now,
    queue,
    now,
    limit,
  );
}

/** In name order from `after`, starting over at the end, so that no group is passed over for long. */
function availableGroups(database: Database, queue: string, after: string, now: number): string[] {
  const next = (from: string, inclusive: boolean) =>
    database.first<{ group_id: string }>(
      `SELECT group_id FROM messages WHERE queue = ? AND group_id ${inclusive ? '>=' : '>'} ? AND visible <= ?
       ORDER BY group_id LIMIT 1`,
      queue,
      from,
      now,
    )?.group_id;
  const groups: string[] = [];
  const walk = (start: string, inclusive: boolean) => {
    for (let group = next(start, inclusive); group !== undefined; group = next(group, false)) {
      if (groups.length === GROUPS_AT_ONCE || groups.includes(group)) return;
      groups.push(group);
    }
  };
  if (after !== '') walk(after, false);
  walk('', true);
  return groups;
}

function oldestOf(database: Database, queue: string, group: string, limit: number, now: number): Message[] {
  return database.all<Message>(
    `SELECT * FROM messages WHERE queue = ? AND group_id = ? AND visible <= ?
     ORDER BY visible, sequence LIMIT ?`,
    queue,
    group,
    now,
    limit,
  );
}

function chooseFairly(
  database: Database,
  queue: string,
  groups: readonly string[],
  limit: number,
  now: number,
): Message[] {
  const counted = database.all<{ group_id: string; held: number }>(
    `SELECT group_id, count(*) AS held FROM messages
     WHERE queue = ? AND visible > ? AND receipt IS NOT NULL GROUP BY group_id`,
    queue,
    now,
  );
  const held = new Map(counted.map((row) => [row.group_id, row.held]));
  const lines = groups.map((group) => ({
    messages: oldestOf(database, queue, group, limit, now),
    held: held.get(group) ?? 0,
  }));
  const chosen: Message[] = [];
  while (chosen.length < limit) {
    const waiting = lines.filter(({ messages }) => messages.length > 0);
    if (waiting.length === 0) break;
    const line = waiting.reduce((best, other) => (goesFirst(other, best) ? other : best));
    chosen.push(line.messages.shift()!);
    line.held += 1;
  }
  return chosen;
}

function goesFirst(
  a: { held: number; messages: Message[] },
  b: { held: number; messages: Message[] },
): boolean {
  if (a.held !== b.held) return a.held < b.held;
  const [one, two] = [a.messages[0]!, b.messages[0]!];
  return one.visible === two.visible ? one.sequence < two.sequence : one.visible < two.visible;
}

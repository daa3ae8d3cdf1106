/** Which events of a bucket go to which queue: prefix and suffix filters, and whether EventBridge was asked for. */

export interface QueueTarget {
  readonly id: string;
  readonly queueArn: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

export interface NotificationConfiguration {
  readonly queues: readonly QueueTarget[];
  /** Kept and shown; nothing is delivered there. */
  readonly eventBridge: boolean;
}

/** Every event this server sends; others would be promises it does not keep. */
export const NOTIFIED_EVENTS: readonly string[] = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
];

/** `event` without its `s3:`. */
export function matchesNotification(target: QueueTarget, event: string, key: string): boolean {
  const wanted = target.events.some((pattern) => covers(pattern, `s3:${event}`));
  return wanted && key.startsWith(target.prefix) && key.endsWith(target.suffix);
}

/** S3 refuses two targets that share an event and whose prefixes and suffixes overlap. */
export function overlap(a: QueueTarget, b: QueueTarget): boolean {
  const events = a.events.some((one) => b.events.some((two) => covers(one, two) || covers(two, one)));
  const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
  const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
  return events && prefixes && suffixes;
}

function covers(pattern: string, event: string): boolean {
  return pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}

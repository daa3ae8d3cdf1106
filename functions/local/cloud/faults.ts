/**
 * Faults on demand: what at-least-once delivery and a busy service do to a client, at a chosen rate.
 *
 * Whether a rule strikes is a pure function of (seed, rule, operation, resource, how often that pair was seen):
 * u = SHA-256(those words) as a fraction, struck where u < probability. So a run repeats however its requests
 * interleave, and a retried request draws anew.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const selection = {
  /** S3 or SQS operation (`PutObject`, `SendMessage`); every operation where absent. */
  operation: z.string().optional(),
  /** `bucket/key` or queue name starts so; every resource where absent. */
  resource: z.string().optional(),
  probability: z.number().min(0).max(1).default(1),
  /** Strikes at most so often. */
  times: z.int().min(1).optional(),
};

const faultRule = z.discriminatedUnion('fault', [
  /** S3: 503 SlowDown; SQS: RequestThrottled. Nothing was done. */
  z.strictObject({ fault: z.literal('slow-down'), ...selection }),
  /** 409 ConditionalRequestConflict on a conditional write. Nothing was done. */
  z.strictObject({ fault: z.literal('conflict'), ...selection }),
  /** The work is done and committed, and the connection ends without an answer. */
  z.strictObject({ fault: z.literal('drop-answer'), ...selection }),
  /** The S3 event is delivered `copies` more times. */
  z.strictObject({ fault: z.literal('duplicate-event'), copies: z.int().min(1).default(1), ...selection }),
  /** The S3 event is delivered so much later. */
  z.strictObject({ fault: z.literal('delay-event'), milliseconds: z.int().min(1), ...selection }),
  /** The S3 event is delivered at a drawn moment within the span, so later ones overtake it. */
  z.strictObject({ fault: z.literal('reorder-events'), milliseconds: z.int().min(1), ...selection }),
]);

export const faultPlan = z.strictObject({ seed: z.int().default(1), rules: z.array(faultRule).max(100) });
export type FaultPlan = z.input<typeof faultPlan>;
export type FaultRule = z.infer<typeof faultRule>;
type RequestFault = 'slow-down' | 'conflict' | 'drop-answer';

/** What a test holds: programmatic, and the same over the wire (fault-client.ts). */
export interface FaultControl {
  /** Replaces every rule and forgets every count. */
  set(plan: FaultPlan): void;
  clear(): void;
  /** How often each rule has struck, in the order of the rules. */
  struck(): readonly number[];
}

interface ArmedRule {
  readonly rule: FaultRule;
  readonly index: number;
  readonly seen: Map<string, number>;
  struck: number;
}

export class Faults implements FaultControl {
  #seed = 1;
  #armed: ArmedRule[] = [];

  set(plan: FaultPlan): void {
    const { seed, rules } = faultPlan.parse(plan);
    this.#seed = seed;
    this.#armed = rules.map((rule, index) => ({ rule, index, seen: new Map(), struck: 0 }));
  }

  clear(): void {
    this.#armed = [];
  }

  struck(): readonly number[] {
    return this.#armed.map(({ struck }) => struck);
  }

  /** Whether this fault strikes this request. Counts it: ask once per request. */
  strikes(fault: RequestFault, operation: string, resource: string): boolean {
    let hit = false;
    for (const armed of this.#armed)
      if (armed.rule.fault === fault && this.#draw(armed, operation, resource) !== undefined) hit = true;
    return hit;
  }

  /** Milliseconds after which each copy of one S3 event is delivered; `[0]` where no rule strikes. */
  deliveries(event: string, resource: string): readonly number[] {
    let delays = [0];
    for (const armed of this.#armed) {
      const { rule } = armed;
      const isEventRule =
        rule.fault === 'duplicate-event' || rule.fault === 'delay-event' || rule.fault === 'reorder-events';
      if (!isEventRule) continue;
      const drawn = this.#draw(armed, event, resource);
      if (drawn === undefined) continue;
      if (rule.fault === 'duplicate-event') delays = delays.concat(Array(rule.copies).fill(delays[0]));
      else if (rule.fault === 'delay-event') delays = delays.map((delay) => delay + rule.milliseconds);
      else delays = delays.map((delay, copy) => delay + Math.floor(drawn(copy) * rule.milliseconds));
    }
    return delays;
  }

  /** Undefined where the rule does not strike, else a source of further numbers in [0, 1). */
  #draw(armed: ArmedRule, operation: string, resource: string): ((n: number) => number) | undefined {
    const { rule, index, seen } = armed;
    if (rule.operation !== undefined && rule.operation !== operation) return undefined;
    if (rule.resource !== undefined && !resource.startsWith(rule.resource)) return undefined;
    const words = `${this.#seed} ${index} ${operation} ${resource}`;
    const occurrence = seen.get(words) ?? 0;
    seen.set(words, occurrence + 1);
    if (rule.times !== undefined && armed.struck >= rule.times) return undefined;
    if (fraction(`${words} ${occurrence}`) >= rule.probability) return undefined;
    armed.struck += 1;
    return (n) => fraction(`${words} ${occurrence} ${n}`);
  }
}

/** A number in [0, 1) from the first 48 bits of the SHA-256 of `words`. */
function fraction(words: string): number {
  return createHash('sha256').update(words).digest().readUIntBE(0, 6) / 2 ** 48;
}

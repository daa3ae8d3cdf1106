/**
 * The one base error and its two families.
 *
 * A *permanent* fault will fail again however often it is tried (a truncated file, an unknown model): it is
 * reported at once and not retried. A *transient* fault may pass (throttling, a lost connection): it is
 * retried and ends in the dead-letter queue. Message form: `<where>: expected <what>, got <what>`; `remedy`
 * is the second sentence a user reads. Messages never hold file names, tags or other patient data.
 */
export interface FaultOptions {
  /** Kebab-case, stable: `image-truncated`, `model-unknown`. */
  readonly code: string;
  readonly remedy?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export abstract class CxaiError extends Error {
  abstract readonly permanent: boolean;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: FaultOptions) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.remedy = options.remedy;
    this.details = options.details ?? {};
  }
}

export class PermanentFault extends CxaiError {
  readonly permanent = true;
}

export class TransientFault extends CxaiError {
  readonly permanent = false;
}

/** The caller stopped the work (AbortSignal). Neither retried nor reported as a failure of the method. */
export class Cancelled extends CxaiError {
  readonly permanent = true;
  constructor(where: string) {
    super(`${where}: cancelled`, { code: 'cancelled' });
  }
}

/** One SQS action: the form of its input, and what it does. */
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { notImplemented, type ServiceError } from '../service-error.ts';
import type { MoveTasks } from './move-tasks.ts';
import type { Receiver } from './receive.ts';
import { invalidParameter } from './sqs-error.ts';

export interface ActionContext {
  readonly cloud: Cloud;
  readonly receiver: Receiver;
  readonly moveTasks: MoveTasks;
  /** `http://127.0.0.1:4566`, as the client reached us: queue URLs start so. */
  readonly origin: string;
  /** Aborts when the client leaves or the server closes. */
  readonly signal: AbortSignal;
}

export type Action = (input: unknown, context: ActionContext) => object | Promise<object>;

/** Input that does not fit is answered 400, a parameter that this server does not know 501. */
export function action<Schema extends z.ZodType>(
  schema: Schema,
  perform: (input: z.output<Schema>, context: ActionContext) => object | Promise<object>,
): Action {
  return (input, context) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw describe(parsed.error);
    return perform(parsed.data, context);
  };
}

function describe(error: z.ZodError): ServiceError {
  const issue = error.issues[0]!;
  if (issue.code === 'unrecognized_keys') return notImplemented(`the parameter ${issue.keys.join(', ')}`);
  return invalidParameter(
    `Value for parameter ${issue.path.join('.')} is invalid. Reason: ${issue.message}.`,
  );
}

export const queueUrl = z.string().min(1);
export const attributeMap = z.record(z.string(), z.string());

export function queueUrlOf(origin: string, name: string, account: string): string {
  return `${origin}/${account}/${name}`;
}

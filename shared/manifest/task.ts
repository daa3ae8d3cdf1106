/** Task message, version 1: one method of one run. All else is read from the plan. */
import { z } from 'zod';
import { methodNameSchema, runIdSchema } from './plan.ts';

export const taskSchema = z.strictObject({
  schema: z.literal('cxai.task/1'),
  runId: runIdSchema,
  method: methodNameSchema,
  /** W3C trace id, from upload to manifest. */
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
});

export type Task = z.infer<typeof taskSchema>;

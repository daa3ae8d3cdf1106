/**
 * Receipt, version 1: which run a dropped file became. It lies in the *drop* bucket beside the file, expires
 * with it, and is the only place where a file name and a run id meet.
 */
import { z } from 'zod';
import { faultSchema } from './method-result.ts';
import { runIdSchema } from './plan.ts';

export const receiptSchema = z.strictObject({
  schema: z.literal('cxai.receipt/1'),
  key: z.string(),
  /** S3's event sequencer: a late event never overwrites the receipt of a newer upload. */
  sequencer: z.string(),
  runId: runIdSchema,
  status: z.enum(['planned', 'rejected']),
  error: faultSchema.nullable(),
});

export type Receipt = z.infer<typeof receiptSchema>;

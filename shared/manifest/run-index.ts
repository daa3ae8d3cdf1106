/**
 * Run index, version 1: what the gallery reads. `index.json` holds the newest runs; when it is full its
 * oldest thousand move to a page (`index/page-000001.json`, …), which only loses runs that expired or were erased.
 */
import { z } from 'zod';
import { runIdSchema } from './plan.ts';

export const runEntrySchema = z.strictObject({
  runId: runIdSchema,
  status: z.enum(['complete', 'partial', 'failed', 'rejected']),
  modelId: z.string().nullable(),
  /** Name and probability of the explained class; null for rejected files. */
  target: z.string().nullable(),
  probability: z.number().nullable(),
  methods: z.int().nonnegative(),
  failedMethods: z.array(z.string()),
  /** 1 − mean overlap of the strongest pixels over all pairs of methods, 0 to 1; absent where not measured. */
  disagreement: z.number().min(0).max(1).optional(),
  /** One line for the list: the rejection, or null. */
  error: z.string().nullable(),
  finishedAt: z.iso.datetime(),
});

export const runIndexSchema = z.strictObject({
  schema: z.literal('cxai.run-index/1'),
  /** Newest first. */
  runs: z.array(runEntrySchema),
  /** Number of older pages, 0 where all runs are here. */
  pages: z.int().nonnegative(),
});

export type RunEntry = z.infer<typeof runEntrySchema>;
export type RunIndex = z.infer<typeof runIndexSchema>;

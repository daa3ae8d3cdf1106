/**
 * Method result, version 1: the marker a worker writes when a method has ended, well or not.
 * It is written last (after the map), once (`If-None-Match: *`), and its presence means "nothing left to do".
 */
import { z } from 'zod';
import { methodNameSchema, runIdSchema } from './plan.ts';
import { trustMetricsSchema } from './trust-metrics.ts';

export const faultSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string().nullable(),
  permanent: z.boolean(),
});

const common = {
  schema: z.literal('cxai.method-result/1'),
  runId: runIdSchema,
  method: methodNameSchema,
  options: z.record(z.string(), z.json()),
  /** How often the message had been received when this was written. */
  attempts: z.int().positive(),
};

export const succeededSchema = z.strictObject({
  ...common,
  status: z.literal('complete'),
  milliseconds: z.number().nonnegative(),
  gradients: z.int().nonnegative(),
  forwards: z.int().nonnegative(),
  /** Images per model call, at most; absent in results of earlier versions. */
  batchSize: z.int().positive().optional(),
  engine: z.string(),
  device: z.string(),
  /** Object keys relative to the run's folder. `map` is float32 [H, W] .npy; `preview` an 8-bit PNG. */
  files: z.strictObject({ map: z.string(), preview: z.string() }),
  /** Extremes of the map, raw values. */
  range: z.tuple([z.number(), z.number()]),
  signed: z.boolean(),
  unit: z.string(),
  /** Path methods only: |Σ − (F(x) − F(baseline))| and the difference itself. */
  completeness: z.strictObject({ gap: z.number(), expected: z.number() }).nullable(),
  /** Trust metrics by name, each with its controls. */
  metrics: trustMetricsSchema,
});

export const failedSchema = z.strictObject({
  ...common,
  status: z.literal('failed'),
  error: faultSchema,
});

export const methodResultSchema = z.discriminatedUnion('status', [succeededSchema, failedSchema]);

export type Fault = z.infer<typeof faultSchema>;
export type MethodResult = z.infer<typeof methodResultSchema>;

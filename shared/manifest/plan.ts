/** Plan, version 1: what is to be computed for one image. Written once by ingest, read by every worker. */
import { z } from 'zod';
import { digestSchema, modelIdSchema } from './model-card.ts';
import { metricsLevelSchema } from './trust-metrics.ts';

/** 32 hex digits: the first 128 bits of SHA-256 over pixels, model digest and plan. */
export const runIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hex digits');

export const methodNameSchema = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

export const laneSchema = z.enum(['cpu', 'gpu']);
export type Lane = z.infer<typeof laneSchema>;

/**
 * What is explained: the model's own output (`score`), its probability, or the logit before it. Where the model
 * gives logits its score is the logit; where it gives probabilities, the probability.
 */
export const explainedSchema = z.enum(['score', 'probability', 'logit']);
export type ExplainedOutput = z.infer<typeof explainedSchema>;

export const methodPlanSchema = z.strictObject({
  method: methodNameSchema,
  /** Every option with its value, defaults applied. */
  options: z.record(z.string(), z.json()),
  lane: laneSchema,
});

/** The image as it reached us, with nothing that identifies a patient. */
export const sourceSchema = z.strictObject({
  /** SHA-256 of the decoded pixels, not of the file. */
  pixelDigest: digestSchema,
  format: z.enum(['png', 'jpeg']),
  width: z.int().positive(),
  height: z.int().positive(),
  channels: z.int().min(1).max(4),
  bitDepth: z.union([z.literal(8), z.literal(16)]),
  /** Millimetres per pixel [row, column] where the file says so. */
  spacing: z.tuple([z.number().positive(), z.number().positive()]).nullable(),
  /** Stored-value window mapped to [0, 1]: [low, high]. */
  window: z.tuple([z.number(), z.number()]),
  /** The rectangle of the source, in source pixels, that the model's input covers (it may reach outside). */
  placement: z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
});

export const planSchema = z.strictObject({
  schema: z.literal('cxai.plan/1'),
  runId: runIdSchema,
  model: z.strictObject({ id: modelIdSchema, version: z.string(), digest: digestSchema }),
  source: sourceSchema,
  /** Scores of all classes in card order, as the model gives them; computed by ingest. */
  scores: z.array(z.number()),
  target: z.strictObject({
    index: z.int().nonnegative(),
    name: z.string(),
    chosen: z.enum(['predicted', 'fixed']),
  }),
  /** `score` where absent. */
  explain: explainedSchema.optional(),
  methods: z.array(methodPlanSchema).min(1),
  metrics: metricsLevelSchema,
  warnings: z.array(z.string()),
  provenance: z.strictObject({
    software: z.string(),
    commit: z.string(),
    seed: z.int(),
    traceId: z.string(),
    createdAt: z.iso.datetime(),
  }),
});

export type Source = z.infer<typeof sourceSchema>;
export type MethodPlan = z.infer<typeof methodPlanSchema>;
export type Plan = z.infer<typeof planSchema>;

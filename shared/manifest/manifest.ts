/**
 * Manifest, version 1: all a viewer needs of one run. Written once, when every method has ended, by whoever
 * wrote the last marker. `complete`: every method succeeded; `partial`: some did; `failed`: none did, or the
 * file could not be taken in at all (`error` says why; then there is neither plan nor image).
 */
import { z } from 'zod';
import { faultSchema, methodResultSchema } from './method-result.ts';
import { activationSchema, digestSchema, modelIdSchema } from './model-card.ts';
import { explainedSchema, planSchema, runIdSchema, sourceSchema } from './plan.ts';
import { agreementSchema } from './trust-metrics.ts';

const common = {
  schema: z.literal('cxai.manifest/1'),
  runId: runIdSchema,
  finishedAt: z.iso.datetime(),
};

export const explainedManifestSchema = z.strictObject({
  ...common,
  status: z.enum(['complete', 'partial', 'failed']),
  error: z.null(),
  source: sourceSchema,
  /** Keys relative to the run's folder: the de-identified rendering and the model's input [...inputShape]. */
  files: z.strictObject({ image: z.string(), input: z.string() }),
  model: z.strictObject({
    id: modelIdSchema,
    name: z.string(),
    version: z.string(),
    digest: digestSchema,
    classes: z.array(z.string()),
    activation: activationSchema,
    intendedUse: z.string(),
  }),
  scores: z.array(z.number()),
  /** Softmax or sigmoids of logits, or the scores themselves where the model gives probabilities. */
  probabilities: z.array(z.number()),
  target: planSchema.shape.target,
  /** What the maps explain; `score`, the model's own output, where absent. */
  explain: explainedSchema.optional(),
  methods: z.array(methodResultSchema),
  /** Of every pair of methods, where their maps were at hand when this was written. */
  agreement: z.array(agreementSchema).optional(),
  warnings: z.array(z.string()),
  provenance: planSchema.shape.provenance,
});

/** A file that could not be taken in. `modelId` is null where no such model is known. */
export const rejectedManifestSchema = z.strictObject({
  ...common,
  status: z.literal('rejected'),
  error: faultSchema,
  modelId: z.string().nullable(),
  provenance: planSchema.shape.provenance,
});

export const manifestSchema = z.discriminatedUnion('status', [
  explainedManifestSchema,
  rejectedManifestSchema,
]);

export type ExplainedManifest = z.infer<typeof explainedManifestSchema>;
export type RejectedManifest = z.infer<typeof rejectedManifestSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

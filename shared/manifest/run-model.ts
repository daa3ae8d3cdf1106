/**
 * Run model, version 1: what a manifest tells of the model beside the plan. Ingest writes it with the plan, so that a run
 * can be finished when its model is gone or another. A file of its own, since a plan with one field more could not be
 * read by the version before it.
 */
import { z } from 'zod';
import { modelCardSchema } from './model-card.ts';

export const runModelSchema = z.strictObject({
  schema: z.literal('cxai.run-model/1'),
  name: modelCardSchema.shape.name,
  intendedUse: modelCardSchema.shape.intendedUse,
  output: modelCardSchema.shape.output.pick({ activation: true, classes: true }),
});

export type RunModel = z.infer<typeof runModelSchema>;

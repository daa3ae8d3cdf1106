/** List of the architecture studies that a site can show, version 1; each report lies in the study's folder (study-keys.ts). */
import { z } from 'zod';
import { modelIdSchema } from './model-card.ts';

const studyEntrySchema = z.strictObject({
  id: modelIdSchema,
  name: z.string(),
  /** The registered model that the study produced; null where there is none (yet). */
  model: modelIdSchema.nullable(),
  configurations: z.int().positive(),
  images: z.int().positive(),
});

export const studyIndexSchema = z.strictObject({
  schema: z.literal('cxai.study-index/1'),
  studies: z.array(studyEntrySchema),
});

export type StudyIndex = z.infer<typeof studyIndexSchema>;

/**
 * What a study sends through its queue, and the work list of one AWS Batch array job. Keys in the study's bucket:
 *   studies/{id}/…                        the study's folder (study-keys.ts)
 *   studies/{id}/arrays/{digest}.json     which jobs an array job computes: element n is keys[n]
 */
import { z } from 'zod';
import { shortDigest } from '../pipeline/digest.ts';
import { modelIdSchema } from './model-card.ts';
import { jobKeySchema } from './study.ts';

/** Compute what is missing of this study. */
export const studyTaskSchema = z.strictObject({
  schema: z.literal('cxai.study-task/1'),
  study: modelIdSchema,
});

export const studyArraySchema = z.strictObject({
  schema: z.literal('cxai.study-array/1'),
  study: modelIdSchema,
  keys: z.array(jobKeySchema).min(1).max(10_000),
});

export type StudyTask = z.infer<typeof studyTaskSchema>;
export type StudyArray = z.infer<typeof studyArraySchema>;

/** The same list has the same name: a task delivered twice writes one list. */
export const studyArrayKey = ({ keys }: Pick<StudyArray, 'keys'>): string =>
  `arrays/${shortDigest(keys.join(' '))}.json`;

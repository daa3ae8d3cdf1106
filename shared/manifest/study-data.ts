/**
 * Prepared data of a study, version 1: one index beside one file of pixels.
 *
 * `pixels.f32` holds the model input of image n, little-endian float32 [C, H, W] as `input` says, at byte
 * 4·C·H·W·n, so that data of any size is read batch by batch. Images are named by the digest of their pixels.
 */
import { z } from 'zod';
import { digestSchema, modelCardSchema } from './model-card.ts';
import { splitSchema } from './study.ts';

export const studyPartSchema = z.enum(['train', 'validation', 'test']);

export const studyImageSchema = z.strictObject({
  /** Of the decoded pixels (shared/imaging/pixel-digest.ts). */
  digest: digestSchema,
  /** Index into `classes`. */
  label: z.int().nonnegative(),
  /** Images of one group are near-duplicates or of one patient. */
  group: z.int().nonnegative(),
  part: studyPartSchema,
});

export const studyDataSchema = z.strictObject({
  schema: z.literal('cxai.study-data/1'),
  /** Digest of the canonical JSON of classes, input, and every image's digest, label and part, in order. */
  digest: digestSchema,
  classes: z.array(z.string().min(1)).min(2),
  /** As in the model card, so that whoever runs the winner prepares images the same way. */
  input: modelCardSchema.shape.input,
  split: splitSchema,
  /** The test part is a folder of its own, not drawn by `split`. */
  fixedTest: z.boolean().default(false),
  images: z.array(studyImageSchema).min(1),
  groups: z.int().nonnegative(),
  /** Groups of two images or more. */
  duplicateGroups: z.int().nonnegative(),
  /** Files left out: reason code -> count. */
  unreadable: z.record(z.string(), z.int().positive()),
});

export type StudyPart = z.infer<typeof studyPartSchema>;
export type StudyImage = z.infer<typeof studyImageSchema>;
export type StudyData = z.infer<typeof studyDataSchema>;

/**
 * Architecture study, version 1: what a study compares (the specification a person writes), and the plan that is
 * made of it: one job per configuration and seed, each content-addressed, so that a rerun computes what is missing.
 *
 *   {"schema": "cxai.study/1", "id": "brain", "data": {"folder": "br35h", "classes": {"no": ["no_tumour"],
 *    "yes": ["tumour"]}, "input": {"side": 128}}, "search": {"kind": "grid", "over": {"blocks": [3, 5, 7]}}}
 *
 * Folder and file names stay in the specification; data index, jobs, results and reports name images by digest only.
 */
import { z } from 'zod';
import { digestSchema, modelIdSchema } from './model-card.ts';

/** One member of the family: blocks of convolution 3×3, activation, max-pool 2×2; then a dense head. */
export const configurationSchema = z.strictObject({
  blocks: z.int().min(1).max(8).default(5),
  /** Channels of the first block; doubled from block to block up to `filterLimit`. */
  filters: z.int().min(1).max(512).default(16),
  filterLimit: z.int().min(1).max(1024).default(128),
  /** Units of the hidden dense layer. */
  dense: z.int().min(1).max(4096).default(128),
  activation: z.enum(['relu', 'leaky-relu', 'elu']).default('relu'),
  /** Batch normalization between convolution and activation. */
  batchNorm: z.boolean().default(false),
  /** Share of the hidden units left out at random in training. */
  dropout: z.number().min(0).lt(1).default(0),
  batch: z.int().min(1).max(1024).default(32),
  learningRate: z.number().positive().max(1).default(1e-3),
});

export const augmentationSchema = z.strictObject({
  flipHorizontal: z.boolean().default(false),
  flipVertical: z.boolean().default(false),
  /** Largest shift along each axis, as a share of the side; what moves in is black. */
  shift: z.number().min(0).max(0.5).default(0),
  /** Largest enlargement or reduction: a scale is drawn from [1 − zoom, 1 + zoom]. */
  zoom: z.number().min(0).max(0.5).default(0),
  /** Largest turn in degrees. */
  rotation: z.number().min(0).max(180).default(0),
  /** Pixel values are multiplied by 1 ± contrast and moved by ± brightness, in units of the input range. */
  brightness: z.number().min(0).max(1).default(0),
  contrast: z.number().min(0).lt(1).default(0),
});

export const trainingSchema = z.strictObject({
  epochs: z.int().min(1).max(1000).default(12),
  /** Epochs without a better validation loss before training ends; null: never. */
  patience: z.int().positive().nullable().default(null),
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  warmupSteps: z.int().nonnegative().default(0),
  /** Decoupled weight decay (AdamW) of weights, not of biases. */
  weightDecay: z.number().min(0).max(1).default(0),
  /** `balanced`: each class counts as much as every other, whatever its number of images. */
  classWeights: z.enum(['none', 'balanced']).default('none'),
  augmentation: augmentationSchema.prefault({}),
  /** Train on this share of the training part, whole groups of it: for a learning curve over the amount of data. */
  trainShare: z.number().positive().max(1).optional(),
});

const hyperparameters = configurationSchema.keyof();

/** A list of values, or an interval to draw from (random search only). */
const intervalSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  scale: z.enum(['linear', 'log', 'integer']).default('linear'),
});
const valueSchema = z.union([z.number(), z.boolean(), z.string()]);

export const searchSchema = z.discriminatedUnion('kind', [
  /** Every combination of the listed values; the rest as in `fixed`. */
  z.strictObject({
    kind: z.literal('grid'),
    over: z.partialRecord(hyperparameters, z.array(valueSchema).min(1)),
    fixed: z.partialRecord(hyperparameters, valueSchema).default({}),
  }),
  z.strictObject({
    kind: z.literal('list'),
    configurations: z.array(z.partialRecord(hyperparameters, valueSchema)).min(1),
  }),
  z.strictObject({
    kind: z.literal('random'),
    count: z.int().min(1).max(10_000),
    seed: z.int().nonnegative(),
    over: z.partialRecord(hyperparameters, z.union([z.array(valueSchema).min(1), intervalSchema])),
    fixed: z.partialRecord(hyperparameters, valueSchema).default({}),
  }),
]);

export const splitSchema = z.strictObject({
  /**
   * `group`: near-duplicates, mirrored and turned ones too, and images of one patient stay in one part;
   * `upright-group`: near-duplicates that lie the same way only; `image`: every image by itself (naive).
   */
  by: z.enum(['group', 'upright-group', 'image']).default('group'),
  /** Shares of the three parts. With a test folder of its own, `test` is not used. */
  train: z.number().positive().lt(1).default(0.7),
  validation: z.number().positive().lt(1).default(0.15),
  test: z.number().min(0).lt(1).default(0.15),
  seed: z.int().nonnegative().default(1),
});

function isPattern(text: string): boolean {
  try {
    return (new RegExp(`${text}|`).exec('')?.length ?? 0) > 1;
  } catch {
    return false;
  }
}

export const studyDataSpecSchema = z.strictObject({
  /** Relative to the specification's file. */
  folder: z.string().min(1),
  /** Class name -> folders below `folder`; the order is that of the model's outputs. */
  classes: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)),
  /** A folder with the same class folders that holds the test part; all of `folder` is then train and validation. */
  testFolder: z.string().min(1).optional(),
  /** A regular expression over file names whose first group names the patient: images of one are never parted. */
  patientPattern: z
    .string()
    .min(1)
    .refine(isPattern, 'expected a regular expression with one group')
    .optional(),
  input: z
    .strictObject({
      side: z.int().min(8).max(1024).default(128),
      channels: z.union([z.literal(1), z.literal(3)]).default(1),
      resize: z.enum(['stretch', 'pad', 'crop']).default('pad'),
      /** Model input = (value in [0, 1] − mean) / std. */
      mean: z.number().default(0),
      std: z.number().positive().default(1),
    })
    .prefault({}),
});

export const studySpecSchema = z.strictObject({
  schema: z.literal('cxai.study/1'),
  id: modelIdSchema,
  name: z.string().min(1).optional(),
  data: studyDataSpecSchema.refine(({ classes }) => Object.keys(classes).length > 1, {
    path: ['classes'],
    message: 'expected 2 classes or more, got 1 or none',
  }),
  split: splitSchema.prefault({}),
  search: searchSchema,
  training: trainingSchema.prefault({}),
  /** Every configuration is trained once with each. */
  seeds: z.array(z.int().nonnegative()).min(1).default([1]),
});

/** Everything that decides a training run besides the data. */
export const studyJobSchema = z.strictObject({
  configuration: configurationSchema,
  training: trainingSchema,
  seed: z.int().nonnegative(),
});

/** 32 hex digits: the digest of the job, the data and the format of the training code. */
export const jobKeySchema = z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 hex digits');

/** What is to be computed: written once, before any job; job n of an array job is `jobs[n]`. */
export const studyPlanSchema = z.strictObject({
  schema: z.literal('cxai.study-plan/1'),
  id: modelIdSchema,
  name: z.string(),
  dataDigest: digestSchema,
  split: splitSchema,
  jobs: z.array(z.strictObject({ key: jobKeySchema, job: studyJobSchema })).min(1),
});

export type Configuration = z.infer<typeof configurationSchema>;
export type Augmentation = z.infer<typeof augmentationSchema>;
export type TrainingSettings = z.infer<typeof trainingSchema>;
export type Search = z.infer<typeof searchSchema>;
export type StudySplit = z.infer<typeof splitSchema>;
export type StudySpec = z.infer<typeof studySpecSchema>;
export type StudyJob = z.infer<typeof studyJobSchema>;
export type StudyPlan = z.infer<typeof studyPlanSchema>;

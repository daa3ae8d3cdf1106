/**
 * Report of an architecture study, version 1: what a page, a plot or a person needs, computed from the results of
 * its jobs. No image, file or folder name is in it. A number that does not exist (the loss of a diverged epoch, the
 * deviation of one run) is null, never left out and never NaN.
 */
import { z } from 'zod';
import { digestSchema, modelCardSchema, modelIdSchema } from './model-card.ts';
import { configurationSchema, jobKeySchema, splitSchema, trainingSchema } from './study.ts';
import { studyPartSchema } from './study-data.ts';

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();
const hyperparameterSchema = configurationSchema.keyof();
const hyperparameterValueSchema = z.union([z.number(), z.boolean(), z.string()]);

/** [low, high], two-sided 95 %. */
const intervalSchema = z.tuple([z.number(), z.number()]);

/** Over seeds; the sample standard deviation (n − 1), null for one run. */
const spreadSchema = z.strictObject({
  runs: z.int().positive(),
  mean: z.number(),
  deviation: z.number().nonnegative().nullable(),
  lowest: z.number(),
  highest: z.number(),
});

/** One class against the rest. */
const classFiguresSchema = z.strictObject({
  name: z.string(),
  images: count,
  /** Null where the part holds no image of the class. */
  sensitivity: share.nullable(),
  /** Null where the part holds only images of the class. */
  specificity: share.nullable(),
  /** Area under the ROC curve, and its interval (DeLong 1988). */
  auc: share.nullable(),
  aucInterval: intervalSchema.nullable(),
  /** From (0, 0) to (1, 1): share of the rest taken for the class -> share of the class found. */
  roc: z.strictObject({ falsePositiveRate: z.array(share), truePositiveRate: z.array(share) }),
});

const reliabilityBinSchema = z.strictObject({
  low: share,
  high: share,
  images: count,
  /** Means over the bin's images; null for an empty bin. */
  confidence: share.nullable(),
  accuracy: share.nullable(),
});

/** How one trained model does on one part. */
export const assessmentSchema = z.strictObject({
  images: z.int().positive(),
  loss: z.number().nullable(),
  accuracy: share,
  /** Wilson 1927. */
  accuracyInterval: intervalSchema,
  /**
   * Every group of near-duplicates counted once, with the share of its images that are right: the number of pictures
   * that were really tested, and the interval that goes with it (Wilson). Null where groups are not known.
   */
  byGroup: z
    .strictObject({ groups: z.int().positive(), accuracy: share, interval: intervalSchema })
    .nullable(),
  /** Rows: true class; columns: predicted class (of the largest probability). */
  confusion: z.array(z.array(count)),
  classes: z.array(classFiguresSchema),
  calibration: z.strictObject({
    /** Expected calibration error over the bins below (Guo 2017). */
    expectedError: share,
    /** Brier 1950: mean squared distance of probabilities and truth, summed over classes, 0 to 2. */
    brier: z.number().min(0).max(2),
    bins: z.array(reliabilityBinSchema),
  }),
});

const lossAndAccuracySchema = z.strictObject({ loss: z.number().nullable(), accuracy: share.nullable() });

const epochSchema = z.strictObject({
  epoch: z.int().positive(),
  train: lossAndAccuracySchema,
  validation: lossAndAccuracySchema,
  seconds: z.number().nonnegative(),
});

/** One configuration of the plan. `epochs` and `best` are those of `key`, the run of its first seed. */
export const reportedConfigurationSchema = z.strictObject({
  key: jobKeySchema,
  configuration: configurationSchema,
  seed: z.int().nonnegative(),
  /** `missing`: planned, no result. `diverged`: the loss stopped being finite; figures are those before it. */
  state: z.enum(['all-epochs', 'early-stopping', 'diverged', 'missing']),
  epochs: z.array(epochSchema),
  /** At the epoch of the lowest validation loss; null while missing. */
  best: z
    .strictObject({
      epoch: z.int().positive(),
      validation: lossAndAccuracySchema,
      test: lossAndAccuracySchema.nullable(),
    })
    .nullable(),
  /** Null while missing. `trainingFlops` counts a training step as three forward passes of each image. */
  cost: z
    .strictObject({
      parameters: z.int().positive(),
      flops: z.int().positive(),
      trainingFlops: z.number().positive(),
      seconds: z.number().nonnegative(),
      imagesPerSecond: z.number().positive().nullable(),
      threads: z.int().positive(),
    })
    .nullable(),
});

/** Marginal means: the validation accuracy of all configurations that share one value, whatever else they have. */
export const effectSchema = z.strictObject({
  hyperparameter: hyperparameterSchema,
  levels: z.array(
    z.strictObject({
      value: hyperparameterValueSchema,
      configurations: count,
      diverged: count,
      /** Null where no configuration of the level has a result. */
      validationAccuracy: spreadSchema.nullable(),
    }),
  ),
  /** Largest minus smallest mean of a level. */
  range: share.nullable(),
});

const seedSchema = z.strictObject({
  key: jobKeySchema,
  seed: z.int().nonnegative(),
  bestEpoch: z.int().positive(),
  validationAccuracy: share,
  test: assessmentSchema.nullable(),
});

/** Figures of the test part over seeds, of the positive class where a class is meant. */
const summarySchema = z.strictObject({
  accuracy: spreadSchema,
  /** Every group counted once. */
  groupAccuracy: spreadSchema.nullable(),
  auc: spreadSchema.nullable(),
  sensitivity: spreadSchema.nullable(),
  specificity: spreadSchema.nullable(),
  expectedCalibrationError: spreadSchema,
  brier: spreadSchema,
});

export const winnerSchema = z.strictObject({
  configuration: configurationSchema,
  training: trainingSchema,
  /** Parameters and forward operations of one image. */
  parameters: z.int().positive(),
  flops: z.int().positive(),
  /** In order of seed. The product is the one of the highest validation accuracy, then lowest validation loss. */
  seeds: z.array(seedSchema).min(1),
  product: jobKeySchema,
  test: summarySchema.nullable(),
});

const partCountsSchema = z.record(studyPartSchema, z.array(count));

export const reportedDataSchema = z.strictObject({
  digest: digestSchema,
  classes: z.array(z.string()).min(2),
  /** The class meant by sensitivity, specificity and AUC: the last one. */
  positive: z.string(),
  input: modelCardSchema.shape.input,
  split: splitSchema,
  images: z.int().positive(),
  /** Images by part and class, classes in the order of `classes`. */
  parts: partCountsSchema,
  /** Images of the largest class for each of the smallest. */
  imbalance: z.number().min(1).nullable(),
  groups: count,
  duplicateGroups: count,
  imagesInDuplicateGroups: count,
  largestGroup: count,
  /** Number of groups by size: [images of a group, groups]. */
  groupSizes: z.array(z.tuple([z.int().positive(), z.int().positive()])),
  /** Files left out: reason code -> count. */
  unreadable: z.record(z.string(), z.int().positive()),
  /** Test images of which a near-duplicate (or another image of the patient) is in the training part. */
  leaks: z.strictObject({
    testImages: count,
    /** In the split that this study used: 0 when it is by group. */
    here: count,
    /** In a split of the same images one by one, same shares and seed. */
    naive: count,
    naiveTestImages: count,
  }),
});

/** The winner's configuration on a split of single images: what a careless study would have claimed. */
const naiveSchema = z.strictObject({
  dataDigest: digestSchema,
  seeds: z.array(seedSchema).min(1),
  test: summarySchema,
  /** Test images with a near-duplicate in training. */
  leaked: count,
  testImages: z.int().positive(),
  /** Mean test accuracy of the naive split minus that of the leak-safe one. */
  difference: z.number().min(-1).max(1).nullable(),
});

/** The product on images of another origin. */
const externalSchema = z.strictObject({ name: z.string(), assessment: assessmentSchema });

export const studyReportSchema = z.strictObject({
  schema: z.literal('cxai.study-report/1'),
  id: modelIdSchema,
  name: z.string(),
  data: reportedDataSchema,
  /** Of all jobs. */
  training: trainingSchema,
  /** Hyperparameters that differ between configurations, with their values in ascending order; `blocks` first. */
  varied: z.array(
    z.strictObject({ hyperparameter: hyperparameterSchema, values: z.array(hyperparameterValueSchema) }),
  ),
  configurations: z.array(reportedConfigurationSchema).min(1),
  effects: z.array(effectSchema),
  /** Null while no configuration has a result. */
  winner: winnerSchema.nullable(),
  naive: naiveSchema.nullable(),
  external: z.array(externalSchema),
  totals: z.strictObject({
    configurations: z.int().positive(),
    finished: count,
    diverged: count,
    missing: count,
    /** Sum of the jobs' own wall times; jobs that ran side by side share the clock. */
    seconds: z.number().nonnegative(),
    trainingFlops: z.number().nonnegative(),
    engines: z.array(z.string()),
  }),
  /** Sentences that a reader must have beside the figures. */
  notes: z.array(z.string()),
});

export type Assessment = z.infer<typeof assessmentSchema>;
export type ReportedConfiguration = z.infer<typeof reportedConfigurationSchema>;
export type Effect = z.infer<typeof effectSchema>;
export type StudyReport = z.infer<typeof studyReportSchema>;

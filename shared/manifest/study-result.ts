/** Result of one job of a study, version 1: one configuration trained with one seed on one split. */
import { z } from 'zod';
import { digestSchema } from './model-card.ts';
import { configurationSchema, jobKeySchema, trainingSchema } from './study.ts';

const lossAndAccuracy = z.strictObject({ loss: z.number(), accuracy: z.number().min(0).max(1) });

/** Loss is the mean softmax cross-entropy, unweighted; `train` is measured before each step of the epoch. */
export const studyEpochSchema = z.strictObject({
  /** From 1. */
  epoch: z.int().positive(),
  train: lossAndAccuracy,
  validation: lossAndAccuracy,
  seconds: z.number().nonnegative(),
});

/** One image's answer at the best epoch. */
export const predictionSchema = z.strictObject({
  image: digestSchema,
  label: z.int().nonnegative(),
  /** Softmax probability of each class. */
  probabilities: z.array(z.number().min(0).max(1)),
});

export const evaluationSchema = z.strictObject({
  loss: z.number(),
  accuracy: z.number().min(0).max(1),
  predictions: z.array(predictionSchema),
});

export const studyResultSchema = z.strictObject({
  schema: z.literal('cxai.study-result/1'),
  key: jobKeySchema,
  dataDigest: digestSchema,
  classes: z.array(z.string()),
  configuration: configurationSchema,
  training: trainingSchema,
  seed: z.int().nonnegative(),
  epochs: z.array(studyEpochSchema).min(1),
  /** The epoch of the lowest validation loss: its weights are kept. */
  bestEpoch: z.int().positive(),
  /** A loss that is no longer finite ends training; the weights before it are kept. */
  ended: z.enum(['all-epochs', 'early-stopping', 'diverged']),
  validation: evaluationSchema,
  /** Null where the data has no test part. */
  test: evaluationSchema.nullable(),
  /** Trainable numbers. */
  parameters: z.int().positive(),
  /** Of one image's forward pass; a multiply-add counts two. */
  flops: z.int().positive(),
  trainingImages: z.int().positive(),
  /** Wall time of training and evaluation, without time lost to interruptions. */
  seconds: z.number().nonnegative(),
  threads: z.int().positive(),
  engine: z.string(),
  /** The winner's ONNX model, relative to the study's folder. */
  weights: z.strictObject({ key: z.string(), digest: digestSchema, bytes: z.int().positive() }),
});

export type StudyEpoch = z.infer<typeof studyEpochSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
export type Evaluation = z.infer<typeof evaluationSchema>;
export type StudyResult = z.infer<typeof studyResultSchema>;

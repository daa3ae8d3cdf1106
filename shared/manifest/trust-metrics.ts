/**
 * Trust metrics of one map, version 1: every figure beside that of two maps which know nothing of the model,
 * a random one and the image's edges. A map that does not beat them explains nothing, whatever it looks like.
 */
import { z } from 'zod';

/** How much is measured: nothing; insertion and deletion; the information curves and the sanity check as well. */
export const metricsLevelSchema = z.enum(['none', 'quick', 'full']);
export type MetricsLevel = z.infer<typeof metricsLevelSchema>;

const controlled = <T extends z.ZodType>(figure: T) =>
  z.strictObject({ map: figure, random: figure, edges: figure });

/** Points of a curve: share of pixels (or of information) -> probability of the class (or its share). */
const curveSchema = z.strictObject({ x: z.array(z.number()), y: z.array(z.number()) });

const perturbationSchema = z.strictObject({
  /** Area under the curve, 0 to 1; insertion: higher is better, deletion: lower is better. */
  insertion: z.number(),
  deletion: z.number(),
  insertionCurve: curveSchema,
  deletionCurve: curveSchema,
});

const informationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('curve'), area: z.number(), curve: curveSchema }),
  z.strictObject({ kind: z.literal('skipped'), reason: z.string() }),
]);

/**
 * Sanity check: the map after the model's last layers forgot what they learned. `passed` where the map of the
 * wholly randomized model is no more like the trained model's than where it is moved to another place.
 */
const randomizationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('checked'),
    passed: z.boolean(),
    /** From the scores toward the image; the last stage has every layer randomized. */
    stages: z
      .array(
        z.strictObject({
          /** Layers randomized, counted from the scores. */
          layers: z.int().positive(),
          /** Structural similarity of the magnitudes to those of the trained model's map, −1 to 1. */
          similarity: z.number(),
          /** Spearman's rank correlation of the signed maps, −1 to 1. */
          rankCorrelation: z.number(),
        }),
      )
      .min(1),
    /** Structural similarity of random pairs: the trained map beside moved copies of the randomized one. */
    control: z.strictObject({
      pairs: z.int().positive(),
      mean: z.number(),
      /** 95th percentile: what the last stage must stay below. */
      threshold: z.number(),
    }),
  }),
  z.strictObject({ kind: z.literal('skipped'), reason: z.string() }),
]);

/** How far two methods point at the same pixels of one image. */
export const agreementSchema = z.strictObject({
  methods: z.tuple([z.string(), z.string()]),
  /** Spearman, −1 to 1. */
  rankCorrelation: z.number(),
  /** Of the top tenth of the pixels of each: shared over joined, 0 to 1. */
  topOverlap: z.number(),
});

export type Agreement = z.infer<typeof agreementSchema>;

export const trustMetricsSchema = z.strictObject({
  insertionDeletion: controlled(perturbationSchema).optional(),
  /** Softmax information curve, by estimator of information. */
  sic: z.record(z.string(), controlled(informationSchema)).optional(),
  /** Accuracy information curve, by estimator of information. */
  aic: z.record(z.string(), controlled(informationSchema)).optional(),
  /** True where insertion − deletion of the map is above that of both controls. */
  beatsControls: z.boolean().optional(),
  /** Cascading weight randomization; measured at level `full`. */
  randomization: randomizationSchema.optional(),
});

export type TrustMetrics = z.infer<typeof trustMetricsSchema>;

/**
 * Trust metrics of one map, version 1: every figure beside that of two maps which know nothing of the model,
 * a random one and the image's edges. A map that does not beat them explains nothing, whatever it looks like.
 */
import { z } from 'zod';

/** How much is measured: nothing; insertion and deletion; the information curves as well. */
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

export const trustMetricsSchema = z.strictObject({
  insertionDeletion: controlled(perturbationSchema).optional(),
  /** Softmax information curve, by estimator of information. */
  sic: z.record(z.string(), controlled(informationSchema)).optional(),
  /** Accuracy information curve, by estimator of information. */
  aic: z.record(z.string(), controlled(informationSchema)).optional(),
  /** True where insertion − deletion of the map is above that of both controls. */
  beatsControls: z.boolean().optional(),
});

export type TrustMetrics = z.infer<typeof trustMetricsSchema>;

/**
 * `model.json` of TF.js: topology and weight manifest. Layers models keep Keras's JSON (of Keras 2 or 3) as their
 * topology, graph models a TensorFlow GraphDef.
 * Source: tfjs-core, io/types.ts (ModelJSON, WeightsManifestConfig).
 */
import { z } from 'zod';
import { tfjsRefusal } from './tfjs-refusal.ts';

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.string(),
  quantization: z
    .object({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() })
    .optional(),
});

const manifestSchema = z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) }));

const modelJsonSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: manifestSchema,
  signature: z.unknown().optional(),
});

export type WeightEntry = z.infer<typeof weightSchema>;
export type WeightsManifest = z.infer<typeof manifestSchema>;

export interface ModelJson {
  readonly kind: 'layers' | 'graph';
  readonly topology: Readonly<Record<string, unknown>>;
  readonly manifest: WeightsManifest;
  readonly signature: unknown;
}

/** Throws a refusal for anything that is not a TF.js model. */
export function parseModelJson(json: unknown): ModelJson {
  const parsed = modelJsonSchema.safeParse(json);
  if (!parsed.success) {
    const where = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'} (${message})`,
    );
    throw tfjsRefusal([`JSON that is not a TF.js model: ${where.join(', ')}`]);
  }
  const { modelTopology, weightsManifest, signature } = parsed.data;
  const kind = 'node' in modelTopology ? 'graph' : 'layers';
  return { kind, topology: modelTopology, manifest: weightsManifest, signature };
}

/** Names of the weight files, relative to model.json. */
export function shardNames(json: unknown): string[] {
  return parseModelJson(json).manifest.flatMap(({ paths }) => paths);
}

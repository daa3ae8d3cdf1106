/**
 * Model card, version 1: everything needed to feed a classifier correctly and to read its answer.
 * Wrong preprocessing is the usual silent fault, so nothing here is guessed at run time.
 */
import { z } from 'zod';

/** Model ids are part of object keys: lower-case, digits and hyphens. */
export const modelIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, at most 63');

export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256:<64 hex digits>');

/**
 * What a model's output holds: logits of classes that exclude each other (softmax makes them probabilities), logits
 * of labels that may hold together (a sigmoid each), or probabilities already, by `softmax` or `sigmoid`.
 */
export const activationSchema = z.enum(['logits', 'multi-label-logits', 'softmax', 'sigmoid']);
export type OutputActivation = z.infer<typeof activationSchema>;

const inputSchema = z
  .strictObject({
    layout: z.enum(['NCHW', 'NHWC']),
    channels: z.union([z.literal(1), z.literal(3)]),
    height: z.int().positive().max(4096),
    width: z.int().positive().max(4096),
    /** What a black and a white pixel become, before mean and std: [0, 1] for x/255, [0, 255] for raw. */
    range: z
      .tuple([z.number(), z.number()])
      .refine(([black, white]) => black !== white, 'expected two numbers that differ, got the same twice'),
    /** Per channel, in units of `range`: model input = (value − mean) / std. */
    mean: z.array(z.number()).min(1).max(3),
    std: z.array(z.number().positive()).min(1).max(3),
    /** stretch: ignore the aspect ratio; pad: whole image, black borders; crop: centre, nothing distorted. */
    resize: z.enum(['stretch', 'pad', 'crop']),
  })
  .superRefine(({ channels, mean, std }, context) => {
    for (const [name, values] of Object.entries({ mean, std })) {
      if (values.length === 1 || values.length === channels) continue;
      const wanted = channels === 1 ? '1 number' : `1 number or ${channels} (one for each channel)`;
      const message = `expected ${wanted}, got ${values.length}`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** A class is named by its name in targets and results. */
const classNamesSchema = z
  .array(z.string().min(1))
  .min(1)
  .superRefine((names, context) => {
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
    if (twice.length === 0) return;
    const message = `expected names that differ, got ${twice.join(', ')} more than once`;
    context.addIssue({ code: 'custom', message });
  });

export const modelCardSchema = z.strictObject({
  schema: z.literal('cxai.model-card/1'),
  id: modelIdSchema,
  name: z.string().min(1),
  version: z.string().min(1),
  /** Digest of the model file's bytes. */
  digest: digestSchema,
  /** File name beside the card. */
  file: z.string().regex(/^[\w.-]+\.onnx$/),
  input: inputSchema,
  output: z.strictObject({
    activation: activationSchema,
    classes: classNamesSchema,
    /** Class explained by default: the most probable one, or a fixed class name. */
    defaultTarget: z.string().default('predicted'),
  }),
  license: z.string().min(1),
  intendedUse: z.string().min(1),
  limitations: z.string().default(''),
  trainingData: z.string().default(''),
  figures: z.record(z.string(), z.number()).default({}),
});

export type ModelCard = z.infer<typeof modelCardSchema>;

/**
 * LIME for images: a linear model of the score over "segment kept or hidden", fitted near the whole image.
 * Ribeiro, Singh & Guestrin 2016, "Why should I trust you?", section 3.4: weights exp(−D²/kernelWidth²), D the
 * cosine distance to the whole image; ridge regression with an intercept that is not penalized.
 *
 * Segments are Felzenszwalb's, the same XRAI uses.
 */
import { z } from 'zod';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { xoshiro } from './noise/xoshiro.ts';
import { coalitionWriter, segmentInput, spreadOverPixels } from './segment-coalitions.ts';
import { normalEquations } from './weighted-least-squares.ts';

const options = z.strictObject({
  samples: z.int().min(1).max(100_000).default(1000).describe('Random coalitions; a forward pass each.'),
  scale: z
    .number()
    .positive()
    .max(10_000)
    .default(250)
    .describe("Felzenszwalb's scale: larger means fewer segments."),
  kernelWidth: z
    .number()
    .positive()
    .default(0.25)
    .describe('How near to the whole image a coalition must be to count.'),
  ridge: z.number().min(0).default(1).describe('Weight of the penalty on the coefficients.'),
  baseline: baselineSchema,
  seed: z.int().default(0).describe('Seed of the coalitions.'),
});

type Options = z.infer<typeof options>;
const cost = ({ samples }: Options) => ({ gradients: 0, forwards: samples });

/** Map [H, W]: the coefficient of the pixel's segment, spread over its pixels. */
export const lime: Method<Options> = {
  name: 'lime',
  title: 'LIME',
  citation: 'Ribeiro, Singh & Guestrin 2016, arXiv:1602.04938',
  notes: {
    formula: 'a(p) = β(segment of p) / pixels, β from F(z) ≈ β₀ + Σ β z, weighted toward the whole image',
    meaning:
      'How much the score rises, in a linear model, when this segment is shown; spread over its pixels.',
    weaknesses: [
      'Depends on the segments and on the kernel width, neither of which the model has a say in.',
      'A random estimate: another seed gives another map; the penalty shrinks coefficients toward zero.',
      'Hidden segments make images unlike any the model has seen.',
    ],
  },
  options,
  signed: true,
  unit: 'score per pixel',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('lime', model, input, context, cost(chosen));
    const baseline = baselineFor('lime', chosen.baseline, model, input, context);
    const segments = segmentInput(model, input, chosen.scale);
    const write = coalitionWriter(model, input, baseline, segments);
    const random = xoshiro(chosen.seed);
    const rows: { row: Uint8Array; score: number; weight: number }[] = [];
    await calls.forEachScores(
      chosen.samples,
      (s, into) => {
        // The first coalition is the whole image.
        const row = Uint8Array.from({ length: segments.count }, () =>
          s === 0 || random.uniform() < 0.5 ? 1 : 0,
        );
        rows.push({ row, score: 0, weight: proximity(row, chosen.kernelWidth) });
        write(row, into);
      },
      (s, scores) => {
        rows[s]!.score = scores[context.target]!;
      },
    );
    const map = spreadOverPixels(centeredRidge(rows, segments.count, chosen.ridge), segments);
    return calls.finish(map, [segments.height, segments.width]);
  },
};

/** exp(−D²/width²) with the cosine distance to the whole image, D = 1 − √(share kept). */
function proximity(row: Uint8Array, width: number): number {
  const kept = row.reduce((sum, z) => sum + z, 0);
  const distance = 1 - Math.sqrt(kept / row.length);
  return Math.exp(-(distance * distance) / (width * width));
}

/** Ridge regression after taking weighted means away, which leaves the intercept unpenalized. */
function centeredRidge(
  rows: readonly { readonly row: Uint8Array; readonly score: number; readonly weight: number }[],
  columns: number,
  ridge: number,
): Float64Array {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  const center = new Float64Array(columns);
  let level = 0;
  for (const { row, score, weight } of rows) {
    level += (weight / total) * score;
    for (let c = 0; c < columns; c++) center[c]! += (weight / total) * row[c]!;
  }
  const equations = normalEquations(columns);
  const centered = new Float64Array(columns);
  for (const { row, score, weight } of rows) {
    for (let c = 0; c < columns; c++) centered[c] = row[c]! - center[c]!;
    equations.add(centered, score - level, weight);
  }
  return equations.solve(ridge);
}

/**
 * RISE: the score under many random soft masks; a pixel's importance is the mean score over the masks,
 * weighted by how much each let it through. Petsiuk, Das & Saenko 2018, "RISE: randomized input sampling for
 * explanation of black-box models", equation 6.
 *
 * Deviations: divided by the weight each pixel really received, not by its expectation (same mean, less noise);
 * and the mean score over all masks is taken away, so that zero says "no effect". The order of pixels is the same.
 */
import { z } from 'zod';
import type { Extent } from '../segmentation/extent.ts';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { type UniformSource, xoshiro } from './noise/xoshiro.ts';
import { geometryOf, pixelIndices } from './planes.ts';

const options = z.strictObject({
  samples: z.int().min(1).max(100_000).default(2000).describe('Masks; a forward pass each.'),
  grid: z.int().min(1).max(64).default(7).describe('Mask cells along each side of the image.'),
  keep: z.number().gt(0).max(1).default(0.5).describe('Probability that a cell is let through.'),
  baseline: baselineSchema,
  seed: z.int().default(0).describe('Seed of the masks.'),
});

type Options = z.infer<typeof options>;
const cost = ({ samples }: Options) => ({ gradients: 0, forwards: samples });

/** Map [H, W]: how much higher the mean score is where this pixel was visible, in units of the score. */
export const rise: Method<Options> = {
  name: 'rise',
  title: 'RISE',
  citation: 'Petsiuk, Das & Saenko 2018, arXiv:1806.07421',
  notes: {
    formula: 'a(p) = Σ F(x ⊙ m) m(p) / Σ m(p) − mean F(x ⊙ m), over random masks m',
    meaning: 'How much the average score over random masks rises when this pixel is visible.',
    weaknesses: [
      'A random estimate: with few masks the map shows the masks.',
      'Coarse: nothing smaller than a grid cell is found.',
      'Masked images are unlike any the model has seen.',
    ],
  },
  options,
  signed: true,
  unit: 'score',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('rise', model, input, context, cost(chosen));
    const { height, width } = geometryOf(model);
    const baseline = baselineFor('rise', chosen.baseline, model, input, context);
    const pixels = pixelIndices(model);
    const random = xoshiro(chosen.seed);
    const masks = new Map<number, Float64Array>();
    let mean = 0;
    const sum = new Float64Array(height * width);
    const weight = new Float64Array(height * width);
    await calls.forEachScores(
      chosen.samples,
      (s, into) => {
        const mask = randomMask(random, chosen, { height, width });
        masks.set(s, mask);
        for (let i = 0; i < into.length; i++) {
          const through = mask[pixels[i]!]!;
          into[i] = baseline[i]! + through * (input.data[i]! - baseline[i]!);
        }
      },
      (s, scores) => {
        const mask = masks.get(s)!;
        masks.delete(s);
        const score = scores[context.target]!;
        mean += score / chosen.samples;
        for (let p = 0; p < mask.length; p++) {
          sum[p]! += score * mask[p]!;
          weight[p]! += mask[p]!;
        }
      },
    );
    const map = sum.map((total, p) => (weight[p]! > 0 ? total / weight[p]! - mean : 0));
    return calls.finish(map, [height, width]);
  },
};

/** A coarse grid of zeros and ones, shifted by a random part of a cell and interpolated bilinearly. */
function randomMask(random: UniformSource, { grid, keep }: Options, { height, width }: Extent): Float64Array {
  const side = grid + 2;
  const cells = Float64Array.from({ length: side * side }, () => (random.uniform() < keep ? 1 : 0));
  const shiftY = random.uniform();
  const shiftX = random.uniform();
  const mask = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const v = (y / height) * grid + shiftY;
    const row = Math.floor(v);
    const fy = v - row;
    for (let x = 0; x < width; x++) {
      const u = (x / width) * grid + shiftX;
      const column = Math.floor(u);
      const fx = u - column;
      const at = row * side + column;
      const upper = cells[at]! * (1 - fx) + cells[at + 1]! * fx;
      const lower = cells[at + side]! * (1 - fx) + cells[at + side + 1]! * fx;
      mask[y * width + x] = upper * (1 - fy) + lower * fy;
    }
  }
  return mask;
}

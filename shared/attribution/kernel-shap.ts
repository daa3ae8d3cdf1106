/**
 * KernelSHAP: Shapley values of the image's segments, as the solution of a weighted regression whose weights
 * are π(k) = (d − 1) / (C(d,k) k (d − k)) for coalitions of k of d segments, under Σ φ = F(x) − F(b).
 * Lundberg & Lee 2017, "A unified approach to interpreting model predictions", theorem 2.
 *
 * Few segments: every coalition once. Many: sizes are drawn in proportion to their total weight, and each
 * coalition comes with its complement (Covert & Lee 2021), which halves the variance.
 */
import { z } from 'zod';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { type UniformSource, xoshiro } from './noise/xoshiro.ts';
import { coalitionWriter, segmentInput, spreadOverPixels } from './segment-coalitions.ts';
import { normalEquations } from './weighted-least-squares.ts';

const options = z.strictObject({
  samples: z.int().min(2).max(100_000).default(1000).describe('Coalitions; a forward pass each.'),
  scale: z
    .number()
    .positive()
    .max(10_000)
    .default(250)
    .describe("Felzenszwalb's scale: larger means fewer segments."),
  baseline: baselineSchema,
  seed: z.int().default(0).describe('Seed of the coalitions.'),
});

type Options = z.infer<typeof options>;
const cost = ({ samples }: Options) => ({ gradients: 0, forwards: samples + 2 });

/** Map [H, W]: the Shapley value of the pixel's segment, spread over its pixels; it sums to F(x) − F(b). */
export const kernelShap: Method<Options> = {
  name: 'kernel-shap',
  title: 'KernelSHAP',
  citation: 'Lundberg & Lee 2017, arXiv:1705.07874',
  notes: {
    formula: 'a(p) = φ(segment of p) / pixels, φ the Shapley value',
    meaning:
      "The segment's fair share of the score difference between the image and the baseline: its effect averaged over all orders of showing segments, spread over its pixels.",
    weaknesses: [
      'Exact only for few segments; otherwise a random estimate.',
      'Depends on the segments, and on what hidden segments are replaced with.',
    ],
  },
  options,
  signed: true,
  unit: 'score per pixel',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('kernel-shap', model, input, context, cost(chosen));
    const baseline = baselineFor('kernel-shap', chosen.baseline, model, input, context);
    const segments = segmentInput(model, input, chosen.scale);
    const write = coalitionWriter(model, input, baseline, segments);
    const [whole, empty] = await calls.targetScores([input.data, baseline]);
    const coalitions = chooseCoalitions(segments.count, chosen.samples, xoshiro(chosen.seed));
    const worth = new Float64Array(coalitions.length);
    await calls.forEachScores(
      coalitions.length,
      (s, into) => write(coalitions[s]!.kept, into),
      (s, scores) => {
        worth[s] = scores[context.target]! - empty!;
      },
    );
    const expected = whole! - empty!;
    const values = shapleyValues(coalitions, worth, expected, segments.count);
    const map = spreadOverPixels(values, segments);
    const gap = Math.abs(map.reduce((sum, value) => sum + value, 0) - expected);
    return calls.finish(map, [segments.height, segments.width], { completeness: { gap, expected } });
  },
};

interface Coalition {
  readonly kept: Uint8Array;
  readonly weight: number;
}

/** At most `samples` coalitions, none of them empty or whole. */
function chooseCoalitions(count: number, samples: number, random: UniformSource): Coalition[] {
  if (count < 2) return [];
  if (count < 24 && 2 ** count - 2 <= samples) return everyCoalition(count);
  const bySize = Float64Array.from(
    { length: count - 1 },
    (_, i) => (count - 1) / ((i + 1) * (count - 1 - i)),
  );
  const total = bySize.reduce((sum, weight) => sum + weight, 0);
  const chosen: Coalition[] = [];
  while (chosen.length + 2 <= samples) {
    const kept = randomSubset(count, drawSize(bySize, random.uniform() * total), random);
    chosen.push({ kept, weight: 1 }, { kept: kept.map((z) => 1 - z), weight: 1 });
  }
  return chosen;
}

function everyCoalition(count: number): Coalition[] {
  return Array.from({ length: 2 ** count - 2 }, (_, index) => {
    const kept = Uint8Array.from({ length: count }, (__, segment) => ((index + 1) >> segment) & 1);
    const size = kept.reduce((sum, z) => sum + z, 0);
    return { kept, weight: (count - 1) / (binomial(count, size) * size * (count - size)) };
  });
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

function drawSize(weights: Float64Array, at: number): number {
  let reached = 0;
  for (let i = 0; i < weights.length; i++) {
    reached += weights[i]!;
    if (at < reached) return i + 1;
  }
  return weights.length;
}

/** `size` of `count` segments, evenly (Knuth's selection sampling). */
function randomSubset(count: number, size: number, random: UniformSource): Uint8Array {
  const kept = new Uint8Array(count);
  let left = size;
  for (let segment = 0; segment < count && left > 0; segment++) {
    if (random.uniform() * (count - segment) >= left) continue;
    kept[segment] = 1;
    left--;
  }
  return kept;
}

/** The regression with the last value eliminated by Σ φ = expected. */
function shapleyValues(
  coalitions: readonly Coalition[],
  worth: Float64Array,
  expected: number,
  count: number,
): Float64Array {
  const last = count - 1;
  const equations = normalEquations(last);
  const row = new Float64Array(last);
  coalitions.forEach(({ kept, weight }, s) => {
    for (let i = 0; i < last; i++) row[i] = kept[i]! - kept[last]!;
    equations.add(row, worth[s]! - kept[last]! * expected, weight);
  });
  const values = new Float64Array(count);
  values.set(equations.solve(0));
  values[last] = expected - values.reduce((sum, value) => sum + value, 0);
  return values;
}

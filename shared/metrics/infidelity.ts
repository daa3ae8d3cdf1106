/**
 * Infidelity: does the map foretell what happens when parts of the image are taken away?
 * mean over perturbations of (β · Σ map over the hidden part − (F(x) − F(x with it hidden)))², with random
 * squares, after Yeh et al. 2019, "On the (in)fidelity and sensitivity of explanations", definition 2.1.
 *
 * β, the scale that fits best, makes maps of different units comparable; with β = 1 the map is taken at its word.
 */

import type { AttributionContext } from '../attribution/method.ts';
import { ModelCalls } from '../attribution/model-calls.ts';
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import { geometryOf, pixelIndices } from '../attribution/planes.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface Infidelity {
  /** Mean squared error with β = 1, score units squared. */
  readonly raw: number;
  /** Mean squared error with the best β ≥ 0, divided by the mean squared score change: 0 … 1, 0 is perfect. */
  readonly normalized: number;
  readonly scale: number;
}

export interface InfidelityOptions {
  /** What hidden squares show: [...inputShape] in model units. */
  readonly empty: Tensor;
  readonly samples?: number;
  readonly seed?: number;
}

/** Of a map [H, W]; samples + 1 forward passes. Squares have sides from 1/16 to 1/2 of the shorter side. */
export async function infidelity(
  model: Classifier,
  input: Tensor,
  map: ArrayLike<number>,
  context: AttributionContext,
  { empty, samples = 200, seed = 0 }: InfidelityOptions,
): Promise<Infidelity> {
  const planned = { gradients: 0, forwards: samples + 1 };
  const calls = new ModelCalls('infidelity', model, input, { ...context, baseline: empty }, planned);
  const { height, width } = geometryOf(model);
  const pixels = pixelIndices(model);
  const random = xoshiro(seed);
  const shorter = Math.min(height, width);
  const squares = Array.from({ length: samples }, () => {
    const least = Math.max(1, Math.floor(shorter / 16));
    const side = least + random.below(Math.max(1, Math.ceil(shorter / 2) - least + 1));
    return { top: random.below(height - side + 1), left: random.below(width - side + 1), side };
  });
  const holds = ({ top, left, side }: (typeof squares)[number], pixel: number): boolean => {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return y >= top && y < top + side && x >= left && x < left + side;
  };
  const [whole] = await calls.targetScores([input.data]);
  const changes = new Float64Array(samples);
  await calls.forEachScores(
    samples,
    (s, into) => {
      const square = squares[s]!;
      for (let i = 0; i < into.length; i++) {
        into[i] = holds(square, pixels[i]!) ? empty.data[i]! : input.data[i]!;
      }
    },
    (s, scores) => {
      changes[s] = whole! - scores[context.target]!;
    },
  );
  const foretold = Float64Array.from(squares, (square) => sumOver(map, width, square));
  return compare(foretold, changes);
}

function sumOver(
  map: ArrayLike<number>,
  width: number,
  { top, left, side }: { top: number; left: number; side: number },
): number {
  let sum = 0;
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) sum += map[y * width + x]!;
  }
  return sum;
}

function compare(foretold: Float64Array, changes: Float64Array): Infidelity {
  const mean = (of: (s: number) => number): number =>
    changes.reduce((sum, _, s) => sum + of(s), 0) / changes.length;
  const power = mean((s) => foretold[s]! ** 2);
  const scale = power > 0 ? Math.max(0, mean((s) => foretold[s]! * changes[s]!) / power) : 0;
  const errorAt = (beta: number): number => mean((s) => (beta * foretold[s]! - changes[s]!) ** 2);
  const total = errorAt(0);
  return { raw: errorAt(1), normalized: total > 0 ? errorAt(scale) / total : 0, scale };
}

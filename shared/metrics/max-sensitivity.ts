/**
 * Max-sensitivity: how much the map can change under a disturbance nobody sees,
 * max over δ, ‖δ‖∞ ≤ radius, of ‖a(x + δ) − a(x)‖ / ‖a(x)‖, the maximum over random δ.
 * Yeh et al. 2019, definition 3.1. 0 is steady; above 1 the map changes more than it holds.
 */
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

export interface SensitivityOptions {
  /** Largest change of an input value, in model units. */
  readonly radius: number;
  readonly samples?: number;
  readonly seed?: number;
}

/** `explain` gives the map of an input; it is called samples + 1 times. */
export async function maxSensitivity(
  explain: (input: Tensor) => Promise<ArrayLike<number>>,
  input: Tensor,
  { radius, samples = 10, seed = 0 }: SensitivityOptions,
): Promise<number> {
  const still = await explain(input);
  const norm = Math.sqrt(squaredDistance(still, new Float64Array(still.length)));
  const random = xoshiro(seed);
  let largest = 0;
  for (let s = 0; s < samples; s++) {
    const data = Float64Array.from(input.data, (value) => value + radius * (2 * random.uniform() - 1));
    const moved = await explain(
      tensor(input.data instanceof Float32Array ? new Float32Array(data) : data, input.shape),
    );
    largest = Math.max(largest, Math.sqrt(squaredDistance(moved, still)));
  }
  if (largest === 0) return 0;
  return norm > 0 ? largest / norm : Number.POSITIVE_INFINITY;
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

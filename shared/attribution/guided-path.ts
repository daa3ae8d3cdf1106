/**
 * The guided path (Guided IG, Kapishnikov et al. 2021, algorithm 1): in each step the point moves toward the
 * input along the features with the smallest gradient first, and stays within ±maxDistance of the straight
 * line. Literal in its order of operations to PAIR saliency 0.2.1; float64.
 */
import { rankSelect } from './rank-select.ts';

export interface GuidedPath {
  /** ‖x − b‖₁. */
  readonly length: number;
  /** The current point; moved by each step. */
  readonly point: Float64Array;
  /** Σ (moved distance) · gradient; grown by each step. */
  readonly attribution: Float64Array;
  /** Moves the point from `step / steps` of the way to `(step + 1) / steps`; `gradient` was taken at it. */
  advance(gradient: ArrayLike<number>, step: number, steps: number): void;
}

interface State {
  readonly input: Float64Array;
  readonly point: Float64Array;
  readonly attribution: Float64Array;
  /** The corridor's upper wall at this step. */
  readonly high: Float64Array;
  /** |gradient|, float32 as the engine gives it; infinite where a feature has reached the upper wall. */
  readonly weight: Float32Array;
}

const CLOSE = 1e-9;
/** math.isclose: relative and absolute tolerance alike. */
const isClose = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(CLOSE * Math.max(Math.abs(a), Math.abs(b)), CLOSE);

/** A path that starts at the baseline. `fraction` of the features move at a time. */
export function guidedPath(
  input: Float64Array,
  baseline: Float64Array,
  fraction: number,
  maxDistance: number,
): GuidedPath {
  const size = input.length;
  const state: State = {
    input,
    point: baseline.slice(),
    attribution: new Float64Array(size),
    high: new Float64Array(size),
    weight: new Float32Array(size),
  };
  const rank = Math.floor(fraction * (size - 1));
  const { select } = rankSelect();
  const { point, attribution } = state;
  let length = 0;
  for (let i = 0; i < size; i++) length += Math.abs(baseline[i]! - input[i]!);
  const advance = (gradient: ArrayLike<number>, step: number, steps: number): void => {
    const alpha = (step + 1) / steps;
    const lowShare = Math.max(alpha - maxDistance, 0);
    const highShare = Math.min(alpha + maxDistance, 1);
    const left = enterCorridor(state, baseline, gradient, lowShare, highShare);
    moveTo(state, gradient, left, length * (1 - alpha), (weight) => select(weight, rank));
  };
  return { length, point, attribution, advance };
}

/**
 * Moves the upper wall, lets features below the lower wall jump to it, and weighs all by this step's gradient.
 * Returns the distance to the input that is left.
 */
function enterCorridor(
  { input, point, attribution, high, weight }: State,
  baseline: Float64Array,
  gradient: ArrayLike<number>,
  lowShare: number,
  highShare: number,
): number {
  let left = 0;
  for (let i = 0; i < point.length; i++) {
    const origin = baseline[i]!;
    const span = input[i]! - origin;
    const wall = origin + span * highShare;
    let at = point[i]!;
    // Where input and baseline are equal there is no way to go.
    if (span !== 0 && (at - origin) / span < lowShare) {
      const low = origin + span * lowShare;
      attribution[i]! += (low - at) * gradient[i]!;
      point[i] = low;
      at = low;
    }
    high[i] = wall;
    weight[i] = at === wall ? Number.POSITIVE_INFINITY : Math.abs(gradient[i]!);
    left += Math.abs(at - input[i]!);
  }
  return left;
}

/** Moves features, fewest-sensitive first, until `remaining` of the way is left; `left` is left before. */
function moveTo(
  state: State,
  gradient: ArrayLike<number>,
  left: number,
  remaining: number,
  threshold: (weight: Float32Array) => number,
): void {
  let current = left;
  for (let gamma = Number.POSITIVE_INFINITY; gamma > 1 && !isClose(remaining, current); ) {
    const largest = threshold(state.weight);
    const reach = selectedReach(state, largest);
    // Nothing left to move: rounding has eaten the rest of the way.
    if (reach.count === 0) return;
    gamma =
      reach.distance > 0 ? Math.max(0, (current - remaining) / reach.distance) : Number.POSITIVE_INFINITY;
    current = moveSelected(state, gradient, largest, gamma);
  }
}

/** Selected are features that can still move and whose |gradient| is at most `largest`. */
function selectedReach({ point, high, weight }: State, largest: number): { distance: number; count: number } {
  const limit = Math.min(largest, Number.MAX_VALUE);
  let distance = 0;
  let count = 0;
  for (let i = 0; i < weight.length; i++) {
    if (weight[i]! > limit) continue;
    distance += Math.abs(point[i]! - high[i]!);
    count++;
  }
  return { distance, count };
}

/** Selected features go the share `gamma` of their way to the upper wall; returns the distance left of all. */
function moveSelected(
  { input, point, attribution, high, weight }: State,
  gradient: ArrayLike<number>,
  largest: number,
  gamma: number,
): number {
  const limit = Math.min(largest, Number.MAX_VALUE);
  let left = 0;
  for (let i = 0; i < weight.length; i++) {
    let at = point[i]!;
    if (weight[i]! <= limit) {
      const to = gamma > 1 ? high[i]! : at + (high[i]! - at) * gamma;
      attribution[i]! += (to - at) * gradient[i]!;
      point[i] = to;
      at = to;
      // At the wall: out for the rest of this step.
      if (at === high[i]!) weight[i] = Number.POSITIVE_INFINITY;
    }
    left += Math.abs(at - input[i]!);
  }
  return left;
}

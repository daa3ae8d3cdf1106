/**
 * The guided path (Guided IG, Kapishnikov et al. 2021, algorithm 1): in each step the point moves toward the
 * input along the features with the smallest gradient first, and stays within ±maxDistance of the straight
 * line. Literal in its order of operations to PAIR saliency 0.2.1; float64.
 */
import { quickselectInto } from './quickselect.ts';

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
  readonly baseline: Float64Array;
  readonly point: Float64Array;
  readonly attribution: Float64Array;
  /** The corridor's walls at this step, as points and as shares of the way. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  lowShare: number;
  highShare: number;
  /** The gradient; infinite where a feature has reached the upper wall. */
  readonly weight: Float64Array;
  readonly before: Float64Array;
  readonly magnitudes: Float64Array;
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
    baseline,
    point: baseline.slice(),
    attribution: new Float64Array(size),
    low: new Float64Array(size),
    high: new Float64Array(size),
    lowShare: 0,
    highShare: 0,
    weight: new Float64Array(size),
    before: new Float64Array(size),
    magnitudes: new Float64Array(size),
  };
  const length = distance(baseline, input);
  const rank = Math.floor(fraction * (size - 1));
  const { point, attribution } = state;
  const advance = (gradient: ArrayLike<number>, step: number, steps: number): void => {
    const alpha = (step + 1) / steps;
    setCorridor(state, Math.max(alpha - maxDistance, 0), Math.min(alpha + maxDistance, 1));
    state.weight.set(gradient);
    moveTo(state, gradient, length * (1 - alpha), rank);
  };
  return { length, point, attribution, advance };
}

/** Moves features, fewest-sensitive first, until `remaining` of the way is left. */
function moveTo(state: State, gradient: ArrayLike<number>, remaining: number, rank: number): void {
  const { point, input, high, before } = state;
  before.set(point);
  for (let gamma = Number.POSITIVE_INFINITY; gamma > 1; ) {
    jumpToLowerWall(state);
    const current = distance(point, input);
    if (isClose(remaining, current)) break;
    const threshold = selectionThreshold(state, rank);
    const reach = selectedReach(state, threshold);
    // Nothing left to move: rounding has eaten the rest of the way.
    if (reach.count === 0) break;
    gamma =
      reach.distance > 0 ? Math.max(0, (current - remaining) / reach.distance) : Number.POSITIVE_INFINITY;
    for (let i = 0; i < point.length; i++) {
      if (!isSelected(state, i, threshold)) continue;
      point[i] = gamma > 1 ? high[i]! : point[i]! + (high[i]! - point[i]!) * gamma;
    }
    accumulate(state, gradient);
    before.set(point);
  }
  // What the last jump to the lower wall moved.
  accumulate(state, gradient);
}

function setCorridor(state: State, lowShare: number, highShare: number): void {
  const { input, baseline, low, high } = state;
  state.lowShare = lowShare;
  state.highShare = highShare;
  for (let i = 0; i < input.length; i++) {
    const span = input[i]! - baseline[i]!;
    low[i] = baseline[i]! + span * lowShare;
    high[i] = baseline[i]! + span * highShare;
  }
}

function jumpToLowerWall({ point, input, baseline, low, lowShare, highShare }: State): void {
  for (let i = 0; i < point.length; i++) {
    const span = input[i]! - baseline[i]!;
    const share = span === 0 ? highShare : (point[i]! - baseline[i]!) / span;
    if (share < lowShare) point[i] = low[i]!;
  }
}

function distance(point: Float64Array, input: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < point.length; i++) sum += Math.abs(point[i]! - input[i]!);
  return sum;
}

/** Rules out features at the upper wall, then the lower quantile of |weight| (no interpolation). */
function selectionThreshold({ weight, point, high, magnitudes }: State, rank: number): number {
  for (let i = 0; i < weight.length; i++) {
    if (point[i] === high[i]) weight[i] = Number.POSITIVE_INFINITY;
    magnitudes[i] = Math.abs(weight[i]!);
  }
  return quickselectInto(magnitudes, rank);
}

function isSelected({ weight }: State, i: number, threshold: number): boolean {
  const w = weight[i]!;
  return w !== Number.POSITIVE_INFINITY && Math.abs(w) <= threshold;
}

function selectedReach(state: State, threshold: number): { distance: number; count: number } {
  const { point, high } = state;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < point.length; i++) {
    if (!isSelected(state, i, threshold)) continue;
    sum += Math.abs(point[i]! - high[i]!);
    count++;
  }
  return { distance: sum, count };
}

function accumulate({ attribution, point, before }: State, gradient: ArrayLike<number>): void {
  for (let i = 0; i < point.length; i++) attribution[i]! += (point[i]! - before[i]!) * gradient[i]!;
}

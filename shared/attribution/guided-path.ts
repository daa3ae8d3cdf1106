/**
 * One step of the guided path (Guided IG, Kapishnikov et al. 2021, algorithm 1): the point moves toward the
 * input along the features with the smallest gradient first, and stays within ±maxDistance of the straight
 * line. Literal in its order of operations to PAIR saliency 0.2.1; float64.
 */
import { quickselectInto } from './quickselect.ts';

export interface GuidedPath {
  readonly input: Float64Array;
  readonly baseline: Float64Array;
  /** ‖x − b‖₁. */
  readonly length: number;
  readonly fraction: number;
  readonly maxDistance: number;
  /** The current point; moved by each step. */
  readonly point: Float64Array;
  /** Σ (moved distance) · gradient; grown by each step. */
  readonly attribution: Float64Array;
}

const CLOSE = 1e-9;
/** math.isclose: relative and absolute tolerance alike. */
const isClose = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(CLOSE * Math.max(Math.abs(a), Math.abs(b)), CLOSE);

/** Moves the point from fraction `step / steps` of the way to `(step + 1) / steps`; `gradient` was taken there. */
export function guidedStepInto(
  path: GuidedPath,
  gradient: ArrayLike<number>,
  step: number,
  steps: number,
): void {
  const { point, input, attribution } = path;
  const alpha = (step + 1) / steps;
  const { low, high, lowest } = corridor(path, alpha);
  const remaining = path.length * (1 - alpha);
  // Features already at the upper wall are out for the rest of the step.
  const weight = Float64Array.from(gradient);
  const before = new Float64Array(point.length);
  for (let gamma = Number.POSITIVE_INFINITY; gamma > 1; ) {
    before.set(point);
    jumpToLowerWall(path, low, lowest, high);
    const current = distance(point, input);
    if (isClose(remaining, current)) {
      accumulate(attribution, point, before, gradient);
      return;
    }
    const threshold = selectionThreshold(weight, point, high.wall, path.fraction);
    const reach = selectedReach(weight, point, high.wall, threshold);
    gamma = reach.distance > 0 ? (current - remaining) / reach.distance : Number.POSITIVE_INFINITY;
    if (gamma > 1 && reach.count === 0) {
      accumulate(attribution, point, before, gradient);
      return;
    }
    for (let i = 0; i < point.length; i++) {
      const w = weight[i]!;
      if (w === Number.POSITIVE_INFINITY || Math.abs(w) > threshold) continue;
      point[i] = gamma > 1 ? high.wall[i]! : point[i]! + (high.wall[i]! - point[i]!) * gamma;
    }
    accumulate(attribution, point, before, gradient);
  }
}

interface Wall {
  readonly at: number;
  readonly wall: Float64Array;
}

function corridor(
  { input, baseline, maxDistance }: GuidedPath,
  alpha: number,
): { low: Float64Array; lowest: number; high: Wall } {
  const lowest = Math.max(alpha - maxDistance, 0);
  const at = Math.min(alpha + maxDistance, 1);
  const low = baseline.map((b, i) => b + (input[i]! - b) * lowest);
  const wall = baseline.map((b, i) => b + (input[i]! - b) * at);
  return { low, lowest, high: { at, wall } };
}

function jumpToLowerWall(
  { point, input, baseline }: GuidedPath,
  low: Float64Array,
  lowest: number,
  high: Wall,
): void {
  for (let i = 0; i < point.length; i++) {
    const span = input[i]! - baseline[i]!;
    const alpha = span === 0 ? high.at : (point[i]! - baseline[i]!) / span;
    if (alpha < lowest) point[i] = low[i]!;
  }
}

function distance(point: Float64Array, input: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < point.length; i++) sum += Math.abs(point[i]! - input[i]!);
  return sum;
}

/** Rules out features at the upper wall, then the lower `fraction` quantile of |weight| (no interpolation). */
function selectionThreshold(
  weight: Float64Array,
  point: Float64Array,
  wall: Float64Array,
  fraction: number,
): number {
  const magnitudes = new Float64Array(weight.length);
  for (let i = 0; i < weight.length; i++) {
    if (point[i] === wall[i]) weight[i] = Number.POSITIVE_INFINITY;
    magnitudes[i] = Math.abs(weight[i]!);
  }
  return quickselectInto(magnitudes, Math.floor(fraction * (weight.length - 1)));
}

function selectedReach(
  weight: Float64Array,
  point: Float64Array,
  wall: Float64Array,
  threshold: number,
): { distance: number; count: number } {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < weight.length; i++) {
    const w = weight[i]!;
    if (w === Number.POSITIVE_INFINITY || Math.abs(w) > threshold) continue;
    sum += Math.abs(point[i]! - wall[i]!);
    count++;
  }
  return { distance: sum, count };
}

function accumulate(
  attribution: Float64Array,
  point: Float64Array,
  before: Float64Array,
  gradient: ArrayLike<number>,
): void {
  for (let i = 0; i < point.length; i++) attribution[i]! += (point[i]! - before[i]!) * gradient[i]!;
}

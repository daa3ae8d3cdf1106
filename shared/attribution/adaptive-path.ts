/**
 * Adaptive integration along the straight path: nodes go where the score bends, and the scores met on the way,
 * which come with every gradient, say how good the sum is.
 *
 * With slope s = ∂F/∂α, the integral of s over an interval [α, β] is known: F(β) − F(α). By the mean value theorem
 * some point within has that mean slope; here it is the mean t·s(α) + (1 − t)·s(β) with 0 ≤ t ≤ 1 nearest to it,
 * and t, 1 − t weigh the two gradients. What no t can reach is the interval's residual; their sum is the
 * completeness gap. All weights are ≥ 0 and add up to 1, as for any quadrature, so a linear model stays exact.
 *
 * Intervals with the largest residual (and the largest error of the trapezoidal rule, a tenth of it) are halved,
 * four at a time, until the gap is within the tolerance.
 */
import type { FloatArray } from '../tensor/tensor.ts';
import type { ModelCalls } from './model-calls.ts';

export interface AdaptiveOptions {
  /** Gap allowed, in score units. */
  readonly tolerance: number;
  /** Most gradients; each is kept until the end. */
  readonly maxSteps: number;
}

export interface AdaptiveIntegral {
  /** Flat, as the input; the sum is `expected` ± `gap`. */
  readonly map: Float64Array;
  readonly gap: number;
  /** F(x) − F(b). */
  readonly expected: number;
}

interface PathNode {
  /** α: 0 at the baseline, 1 at the input. */
  readonly position: number;
  readonly score: number;
  /** ∂F/∂α. */
  readonly slope: number;
  readonly gradient: FloatArray;
}

interface Interval {
  readonly from: PathNode;
  readonly to: PathNode;
  /** Share of the interval's length that weighs the gradient at `from`; the rest weighs that at `to`. */
  readonly share: number;
  readonly residual: number;
  /** Error of the trapezoidal rule. */
  readonly bend: number;
}

/** Fewer can miss a jump of the score between two of them altogether. */
const FIRST_NODES = 16;
const HALVED_AT_ONCE = 4;
const WEIGHT_OF_BEND = 0.1;

export async function integrateAdaptively(
  calls: ModelCalls,
  input: ArrayLike<number>,
  baseline: Float64Array,
  target: number,
  { tolerance, maxSteps }: AdaptiveOptions,
): Promise<AdaptiveIntegral> {
  const first = Math.max(2, Math.min(FIRST_NODES, maxSteps));
  const positions = Array.from({ length: first }, (_, k) => k / (first - 1));
  let nodes = await nodesAt(calls, input, baseline, target, positions);
  for (;;) {
    const intervals = intervalsOf(nodes);
    const gap = Math.abs(intervals.reduce((sum, { residual }) => sum + residual, 0));
    const left = Math.min(HALVED_AT_ONCE, maxSteps - nodes.length);
    const middles = gap <= tolerance ? [] : middlesOfWorst(intervals, left);
    if (middles.length === 0) {
      const expected = nodes.at(-1)!.score - nodes[0]!.score;
      return { map: weightedMap(intervals, input, baseline), gap, expected };
    }
    const added = await nodesAt(calls, input, baseline, target, middles);
    nodes = [...nodes, ...added].sort((a, b) => a.position - b.position);
  }
}

async function nodesAt(
  calls: ModelCalls,
  input: ArrayLike<number>,
  baseline: Float64Array,
  target: number,
  positions: readonly number[],
): Promise<PathNode[]> {
  const nodes: PathNode[] = [];
  await calls.forEachGradient(
    positions.length,
    (k, into) => {
      const position = positions[k]!;
      for (let i = 0; i < into.length; i++) into[i] = baseline[i]! + position * (input[i]! - baseline[i]!);
    },
    (k, gradient, scores) => {
      let slope = 0;
      for (let i = 0; i < gradient.length; i++) slope += gradient[i]! * (input[i]! - baseline[i]!);
      nodes.push({ position: positions[k]!, score: scores[target]!, slope, gradient: gradient.slice() });
    },
  );
  return nodes;
}

function intervalsOf(nodes: readonly PathNode[]): Interval[] {
  return nodes.slice(1).map((to, k) => {
    const from = nodes[k]!;
    const length = to.position - from.position;
    const rise = to.score - from.score;
    const exact = (rise / length - to.slope) / (from.slope - to.slope);
    // Equal slopes: every share gives the same.
    const share = from.slope === to.slope ? 0.5 : Math.max(0, Math.min(1, exact));
    const residual = rise - length * (share * from.slope + (1 - share) * to.slope);
    const bend = Math.abs(rise - (length * (from.slope + to.slope)) / 2);
    return { from, to, share, residual, bend };
  });
}

/** At most `count` positions; none where no interval shows an error. */
function middlesOfWorst(intervals: readonly Interval[], count: number): number[] {
  const error = ({ residual, bend }: Interval): number => Math.abs(residual) + WEIGHT_OF_BEND * bend;
  return intervals
    .filter((interval) => error(interval) > 0)
    .sort((a, b) => error(b) - error(a))
    .slice(0, count)
    .map(({ from, to }) => (from.position + to.position) / 2);
}

function weightedMap(
  intervals: readonly Interval[],
  input: ArrayLike<number>,
  baseline: Float64Array,
): Float64Array {
  const map = new Float64Array(baseline.length);
  for (const { from, to, share } of intervals) {
    const length = to.position - from.position;
    const before = length * share;
    const after = length - before;
    for (let i = 0; i < map.length; i++) {
      map[i]! += before * from.gradient[i]! + after * to.gradient[i]!;
    }
  }
  for (let i = 0; i < map.length; i++) map[i]! *= input[i]! - baseline[i]!;
  return map;
}

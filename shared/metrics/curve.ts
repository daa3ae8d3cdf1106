/** Piecewise linear curves: what the area metrics end in. */
export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Area under a curve whose x ascends, by the trapezoidal rule. */
export function areaUnder({ x, y }: Curve): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return area;
}

/** The curve through points in any order, sampled at `at`; of points with equal x the last one counts. */
export function sampleCurve(points: readonly (readonly [number, number])[], at: Float64Array): Float64Array {
  const sorted = points.toSorted((a, b) => a[0] - b[0]);
  return at.map((x) => {
    const i = sorted.findLastIndex((point) => point[0] <= x);
    const [left, low] = sorted[Math.max(0, i)]!;
    const next = sorted[i + 1];
    return next && i >= 0 ? low + ((x - left) / (next[0] - left)) * (next[1] - low) : low;
  });
}

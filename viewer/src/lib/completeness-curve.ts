/**
 * Completeness as a curve: the sum of the attributions, strongest pixel first. Where a path method keeps its
 * promise the curve ends at F(x) − F(baseline) (Sundararajan, Taly & Yan 2017, proposition 1).
 */
import type { AttributionMap } from './attribution-map.ts';

export interface SumCurve {
  /** Share of the pixels, 0 … 1. */
  readonly x: readonly number[];
  /** Σ of their values, in units of the map. */
  readonly y: readonly number[];
}

const points = 50;

/** Partial sums at evenly spaced shares of the pixels, from 0 (no pixel) to 1 (all). */
export function completenessCurve({ values }: AttributionMap): SumCurve {
  const order = Float32Array.from(values).sort((a, b) => Math.abs(b) - Math.abs(a));
  const [x, y] = [[0], [0]];
  let [sum, next] = [0, 1];
  for (let i = 0; i < order.length; i++) {
    sum += order[i]!;
    if (i + 1 < Math.round((next * order.length) / points)) continue;
    x.push((i + 1) / order.length);
    y.push(sum);
    next = Math.floor(((i + 1) * points) / order.length) + 1;
  }
  return { x, y };
}

/**
 * The outline of |value| ≥ threshold by marching squares with linear interpolation (Lorensen & Cline 1987,
 * in two dimensions). Values sit at pixel centers; outside the map they count as 0, so outlines close.
 */
import type { AttributionMap } from './attribution-map.ts';

/** Segments [x0, y0, x1, y1, …] in map pixels, where pixel (0, 0) covers [0, 1) × [0, 1). */
export function contourSegments(map: AttributionMap, threshold: number): Float32Array {
  const { width, height, values } = map;
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : Math.abs(values[y * width + x]!);
  const segments: number[] = [];
  for (let y = -1; y < height; y++) {
    let [upper, lower] = [0, 0];
    for (let x = -1; x < width; x++) {
      const [nextUpper, nextLower] = [at(x + 1, y), at(x + 1, y + 1)];
      addCell(segments, x + 0.5, y + 0.5, [upper, nextUpper, nextLower, lower], threshold);
      [upper, lower] = [nextUpper, nextLower];
    }
  }
  return Float32Array.from(segments);
}

type Corners = readonly [number, number, number, number];

/** The edges a case joins, in pairs: 0 top, 1 right, 2 bottom, 3 left. Corner bits: 8 4 over 1 2. */
// biome-ignore format: a table of 16 cases
const joins: readonly (readonly number[])[] = [
  [], [3, 2], [2, 1], [3, 1], [0, 1], [0, 3, 2, 1], [0, 2], [0, 3],
  [0, 3], [0, 2], [0, 1, 3, 2], [0, 1], [3, 1], [2, 1], [3, 2], [],
];

function addCell(segments: number[], x: number, y: number, corners: Corners, threshold: number): void {
  const [a, b, c, d] = corners;
  const index =
    (a >= threshold ? 8 : 0) | (b >= threshold ? 4 : 0) | (c >= threshold ? 2 : 0) | (d >= threshold ? 1 : 0);
  for (const edge of joins[index]!) {
    if (edge === 0) segments.push(x + crossing(a, b, threshold), y);
    else if (edge === 1) segments.push(x + 1, y + crossing(b, c, threshold));
    else if (edge === 2) segments.push(x + crossing(d, c, threshold), y + 1);
    else segments.push(x, y + crossing(a, d, threshold));
  }
}

const crossing = (from: number, to: number, threshold: number): number => (threshold - from) / (to - from);

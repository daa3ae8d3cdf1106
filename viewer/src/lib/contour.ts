/**
 * The outline of |value| ≥ threshold by marching squares with linear interpolation (Lorensen & Cline 1987,
 * in two dimensions). Values sit at pixel centers; outside the map they count as 0, so outlines close.
 */
import type { AttributionMap } from './attribution-map.ts';

/**
 * Segments [x0, y0, x1, y1, …] in map pixels, where pixel (0, 0) covers [0, 1) × [0, 1); null where there would be
 * more than `most`: so ragged an outline says no more than the rim of its pixels, and takes seconds to stroke.
 */
export function contourSegments(
  map: AttributionMap,
  threshold: number,
  most = Number.POSITIVE_INFINITY,
): Float32Array | null {
  const { width, height, values } = map;
  const shown = paddedFlags(map, threshold);
  const stride = width + 2;
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : Math.abs(values[y * width + x]!);
  const segments: number[] = [];
  for (let y = -1; y < height; y++) {
    // Two corners a cell are those of the cell before; most cells are all in or all out.
    let index = 0;
    let i = (y + 1) * stride + 1;
    for (let x = -1; x < width; x++, i++) {
      index = ((index & 4) << 1) | ((index & 2) >> 1) | (shown[i]! << 2) | (shown[i + stride]! << 1);
      if (index === 0 || index === 15) continue;
      const corners: Corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
      addCell(segments, x + 0.5, y + 0.5, corners, { threshold, index });
    }
    if (segments.length > 4 * most) return null;
  }
  return Float32Array.from(segments);
}

/** Paints the pixels of |value| ≥ threshold that have a neighbor below it, into RGBA `pixels`; others become clear. */
export function paintRimInto(
  pixels: Uint8ClampedArray,
  map: AttributionMap,
  threshold: number,
  color: readonly [number, number, number],
): void {
  const { width, height } = map;
  const shown = paddedFlags(map, threshold);
  const stride = width + 2;
  const [paint] = new Uint32Array(Uint8ClampedArray.of(...color, 255).buffer);
  const out = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  for (let y = 0; y < height; y++) {
    const row = (y + 1) * stride + 1;
    for (let x = 0; x < width; x++) {
      const i = row + x;
      const inside = shown[i - 1]! & shown[i + 1]! & shown[i - stride]! & shown[i + stride]!;
      out[y * width + x] = paint! & -(shown[i]! & (1 - inside));
    }
  }
}

/** 1 where |value| ≥ threshold, with a border of zeros: [height + 2, width + 2]. */
function paddedFlags({ width, height, values }: AttributionMap, threshold: number): Uint8Array {
  const flags = new Uint8Array((width + 2) * (height + 2));
  // By the values' own bits, without a branch: those without the sign order as the magnitudes do.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const below = new Int32Array(Float32Array.of(threshold).buffer)[0]! - 1;
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * width, (y + 1) * (width + 2) + 1];
    for (let x = 0; x < width; x++) flags[to + x] = (below - (bits[from + x]! & 0x7fffffff)) >>> 31;
  }
  return flags;
}

type Corners = readonly [number, number, number, number];

/** The edges a case joins, in pairs: 0 top, 1 right, 2 bottom, 3 left. Corner bits: 8 4 over 1 2. */
// biome-ignore format: a table of 16 cases
const joins: readonly (readonly number[])[] = [
  [], [3, 2], [2, 1], [3, 1], [0, 1], [0, 3, 2, 1], [0, 2], [0, 3],
  [0, 3], [0, 2], [0, 1, 3, 2], [0, 1], [3, 1], [2, 1], [3, 2], [],
];

function addCell(
  segments: number[],
  x: number,
  y: number,
  [a, b, c, d]: Corners,
  { threshold, index }: { readonly threshold: number; readonly index: number },
): void {
  for (const edge of joins[index]!) {
    if (edge === 0) segments.push(x + crossing(a, b, threshold), y);
    else if (edge === 1) segments.push(x + 1, y + crossing(b, c, threshold));
    else if (edge === 2) segments.push(x + crossing(d, c, threshold), y + 1);
    else segments.push(x, y + crossing(a, d, threshold));
  }
}

const crossing = (from: number, to: number, threshold: number): number => (threshold - from) / (to - from);

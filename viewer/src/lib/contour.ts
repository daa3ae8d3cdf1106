/**
 * Outlines of the strongest parts of a map by marching squares with linear interpolation (Lorensen & Cline 1987,
 * in two dimensions): of |value| ≥ threshold, or with signs apart of value ≥ threshold and of value ≤ −threshold.
 * Values sit at pixel centers; outside the map they count as 0, so outlines close.
 */
import type { AttributionMap } from './attribution-map.ts';
import { bitsBelow, bitsOf, withoutSign } from './magnitude-bits.ts';

export interface ShownParts {
  readonly map: AttributionMap;
  /** Above 0. */
  readonly threshold: number;
  readonly signs: 'together' | 'apart';
  /** [height + 2, width + 2] with a border of zeros: 1 in the first part, 16 in the second (below zero), else 0. */
  readonly flags: Uint8Array;
}

/** Which pixels each part holds. */
export function shownParts(map: AttributionMap, threshold: number, signs: ShownParts['signs']): ShownParts {
  const { width, height, values } = map;
  const flags = new Uint8Array((width + 2) * (height + 2));
  const bits = bitsOf(values);
  const below = bitsBelow(threshold);
  const second = signs === 'apart' ? 4 : 0;
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * width, (y + 1) * (width + 2) + 1];
    for (let x = 0; x < width; x++) {
      const value = bits[from + x]!;
      flags[to + x] = ((below - (value & withoutSign)) >>> 31) << ((value >> 31) & second);
    }
  }
  return { map, threshold, signs, flags };
}

/**
 * Segments [x0, y0, x1, y1, …] of each part in map pixels, where pixel (0, 0) covers [0, 1) × [0, 1); null where there
 * would be more than `most`: so ragged an outline says no more than the rim of its pixels, and takes seconds to stroke.
 */
export function contourSegments(shown: ShownParts, most = Number.POSITIVE_INFINITY): Float32Array[] | null {
  const { map, threshold, signs, flags } = shown;
  const { width, height, values } = map;
  const stride = width + 2;
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : values[y * width + x]!;
  const first: number[] = [];
  const second: number[] = [];
  const strength = signs === 'apart' ? (value: number) => value : Math.abs;
  for (let y = -1; y < height; y++) {
    // Two corners a cell are those of the cell before; most cells are all in or all out. Four bits a part.
    let index = 0;
    let i = (y + 1) * stride + 1;
    for (let x = -1; x < width; x++, i++) {
      index = ((index & 0x44) << 1) | ((index & 0x22) >> 1) | (flags[i]! << 2) | (flags[i + stride]! << 1);
      if (index === 0 || index === 0x0f || index === 0xf0) continue;
      const [a, b, c, d] = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
      if (index & 0x0f) {
        const corners: Corners = [strength(a), strength(b), strength(c), strength(d)];
        addCell(first, x + 0.5, y + 0.5, corners, { threshold, index: index & 0x0f });
      }
      if (index & 0xf0) addCell(second, x + 0.5, y + 0.5, [-a, -b, -c, -d], { threshold, index: index >> 4 });
    }
    if (first.length + second.length > 4 * most) return null;
  }
  const found = signs === 'apart' ? [first, second] : [first];
  return found.map((segments) => Float32Array.from(segments));
}

/** Paints the pixels of each part that have a neighbor outside it, in its color, into RGBA `pixels`; others become clear. */
export function paintRimInto(
  pixels: Uint8ClampedArray,
  { map, flags }: ShownParts,
  colors: readonly (readonly [number, number, number])[],
): void {
  const { width, height } = map;
  const stride = width + 2;
  const [first = 0, second = 0] = new Uint32Array(
    Uint8ClampedArray.from(colors.flatMap((color) => [...color, 255])).buffer,
  );
  const out = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  for (let y = 0; y < height; y++) {
    const row = (y + 1) * stride + 1;
    for (let x = 0; x < width; x++) {
      const i = row + x;
      const inside = flags[i - 1]! & flags[i + 1]! & flags[i - stride]! & flags[i + stride]!;
      const rim = flags[i]! & ~inside;
      out[y * width + x] = (first & -(rim & 1)) | (second & -(rim >> 4));
    }
  }
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

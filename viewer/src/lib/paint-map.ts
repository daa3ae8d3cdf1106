/** Colors a map: one table look-up a pixel, nothing below the threshold. */
import type { AttributionMap } from './attribution-map.ts';

export interface MapPaint {
  /** RGBA of 256 steps (color-table.ts). */
  readonly table: Uint8ClampedArray;
  readonly signed: boolean;
  /** Magnitude of the strongest color; above 0. */
  readonly limit: number;
  /** Magnitudes below it stay transparent. */
  readonly threshold: number;
}

/** RGBA pixels [H, W, 4] of the map, into `pixels`. */
export function paintMapInto(pixels: Uint8ClampedArray, map: AttributionMap, paint: MapPaint): void {
  const { values } = map;
  const { table, signed, limit, threshold } = paint;
  const colors = new Uint32Array(table.buffer, table.byteOffset, 256);
  const out = new Uint32Array(pixels.buffer, pixels.byteOffset, values.length);
  const scale = signed ? 127.5 / limit : 255 / limit;
  const zero = signed ? 127.5 : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const shown = value >= threshold || -value >= threshold;
    const step = zero + value * scale + 0.5;
    out[i] = shown ? colors[step < 0 ? 0 : step > 255 ? 255 : step | 0]! : 0;
  }
}

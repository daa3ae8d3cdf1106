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

interface Steps {
  readonly key: string;
  /** Place of each value in the table. */
  readonly places: Uint8Array;
  /** The values' own bits: without the sign they order as the magnitudes do. */
  readonly bits: Int32Array;
}

const known = new WeakMap<AttributionMap, Steps>();

/** A slider moves the threshold and not the scale, so the places are worked out once. */
function stepsOf(map: AttributionMap, signed: boolean, limit: number): Steps {
  const key = `${signed} ${limit}`;
  const made = known.get(map);
  if (made?.key === key) return made;
  const { values } = map;
  const scale = signed ? 127.5 / limit : 255 / limit;
  const zero = signed ? 128 : 0.5;
  const places = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    places[i] = Math.min(255, Math.max(0, zero + values[i]! * scale));
  }
  const steps = { key, places, bits: new Int32Array(values.buffer, values.byteOffset, values.length) };
  known.set(map, steps);
  return steps;
}

/** RGBA pixels [H, W, 4] of the map, into `pixels`. */
export function paintMapInto(pixels: Uint8ClampedArray, map: AttributionMap, paint: MapPaint): void {
  const { table, signed, limit, threshold } = paint;
  const { places, bits } = stepsOf(map, signed, limit);
  const colors = new Uint32Array(table.buffer, table.byteOffset, 256);
  const out = new Uint32Array(pixels.buffer, pixels.byteOffset, places.length);
  const below = new Int32Array(Float32Array.of(threshold).buffer)[0]! - 1;
  // Without a branch, which noise would mispredict at every other pixel.
  for (let i = 0; i < places.length; i++) {
    out[i] = colors[places[i]!]! & ((below - (bits[i]! & 0x7fffffff)) >> 31);
  }
}

/** Colors a map: one table look-up a pixel, nothing below the threshold. */
import type { AttributionMap } from './attribution-map.ts';
import { bitsBelow, bitsOf, withoutSign } from './magnitude-bits.ts';

export interface MapPaint {
  /** RGBA of 256 steps (color-table.ts). */
  readonly table: Uint8ClampedArray;
  readonly signed: boolean;
  /** Magnitude of the strongest color; above 0. */
  readonly limit: number;
  /** Magnitudes below it stay transparent. */
  readonly threshold: number;
}

interface Colored {
  readonly key: string;
  readonly table: Uint8ClampedArray;
  /** RGBA of each value, whatever the threshold. */
  readonly colors: Int32Array;
  /** The values' own bits: without the sign they order as the magnitudes do. */
  readonly bits: Int32Array;
}

const known = new WeakMap<AttributionMap, Colored>();

/** A slider moves the threshold and not the scale, so the colors are worked out once. */
function coloredOf(map: AttributionMap, { table, signed, limit }: MapPaint): Colored {
  const key = `${signed} ${limit}`;
  const made = known.get(map);
  if (made?.key === key && made.table === table) return made;
  const { values } = map;
  const scale = signed ? 127.5 / limit : 255 / limit;
  const zero = signed ? 128 : 0.5;
  const steps = new Int32Array(table.buffer, table.byteOffset, 256);
  const colors = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    colors[i] = steps[Math.trunc(Math.min(255, Math.max(0, zero + values[i]! * scale)))]!;
  }
  const bits = bitsOf(values);
  const colored = { key, table, colors, bits };
  known.set(map, colored);
  return colored;
}

/** RGBA pixels [H, W, 4] of the map, into `pixels`. */
export function paintMapInto(pixels: Uint8ClampedArray, map: AttributionMap, paint: MapPaint): void {
  const { colors, bits } = coloredOf(map, paint);
  const out = new Int32Array(pixels.buffer, pixels.byteOffset, colors.length);
  const below = bitsBelow(paint.threshold);
  for (let i = 0; i < colors.length; i++) {
    out[i] = colors[i]! & ((below - (bits[i]! & withoutSign)) >> 31);
  }
}

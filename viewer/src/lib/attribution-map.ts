/**
 * A map as it was computed: raw float values and their sorted magnitudes, from which every threshold follows.
 * Nothing here scales for display.
 */
import { readNpy } from '../../../shared/tensor/npy.ts';

export interface AttributionMap {
  readonly width: number;
  readonly height: number;
  /** Raw values, row by row. */
  readonly values: Float32Array;
  /** |value| in ascending order. */
  readonly sortedMagnitudes: Float32Array;
}

/** The map in a .npy file of float32 [H, W]. Throws with the shape found where it is another array. */
export function readAttributionMap(bytes: Uint8Array): AttributionMap {
  const { shape, data } = readNpy(bytes);
  if (!(data instanceof Float32Array) || shape.length !== 2) {
    throw new RangeError(`map: expected float32 [H, W], got ${data.constructor.name} [${shape.join(', ')}]`);
  }
  return attributionMap(data, shape[1]!, shape[0]!);
}

/** A map over `values` (not copied). */
export function attributionMap(values: Float32Array, width: number, height: number): AttributionMap {
  return { width, height, values, sortedMagnitudes: values.map(Math.abs).sort() };
}

/**
 * The magnitude from which on a pixel belongs to the `percent` % strongest; at least one pixel does, and
 * zero never does. Ties belong together, so a flat map may show more than asked for.
 */
export function thresholdOf(map: AttributionMap, percent: number): number {
  const { sortedMagnitudes: sorted } = map;
  const kept = Math.max(1, Math.round((sorted.length * Math.min(percent, 100)) / 100));
  return Math.max(sorted[sorted.length - kept] ?? 0, smallest);
}

const smallest = 1.401298464324817e-45;

/** The largest magnitude of the map. */
export function largestMagnitude(map: AttributionMap): number {
  return map.sortedMagnitudes.at(-1) ?? 0;
}

/** The value of the pixel that holds (u, v), both in [0, 1) across the map; null outside. */
export function valueAt(map: AttributionMap, u: number, v: number): number | null {
  if (!(u >= 0 && u < 1 && v >= 0 && v < 1)) return null;
  return map.values[Math.floor(v * map.height) * map.width + Math.floor(u * map.width)]!;
}

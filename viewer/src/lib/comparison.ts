/**
 * Two maps against each other. Their difference is taken after each is divided by its own limit, so it
 * compares where methods look and not how large their numbers are.
 */
import { type AttributionMap, attributionMap } from './attribution-map.ts';

export interface LimitedMap {
  readonly map: AttributionMap;
  /** Magnitude that counts as 1; above 0. */
  readonly limit: number;
}

/** a / limit(a) − b / limit(b), each clipped to ±1; null where the maps differ in size. */
export function mapDifference(a: LimitedMap, b: LimitedMap): AttributionMap | null {
  if (a.map.width !== b.map.width || a.map.height !== b.map.height) return null;
  const share = (value: number, limit: number) => Math.max(-1, Math.min(1, value / limit));
  const other = b.map.values;
  return attributionMap(
    a.map.values.map((value, i) => share(value, a.limit) - share(other[i]!, b.limit)),
    a.map.width,
    a.map.height,
  );
}

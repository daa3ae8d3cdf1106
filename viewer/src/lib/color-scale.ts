/**
 * Which magnitude gets the strongest color: each map's own, or one for all maps of the same unit. A shared
 * scale shows that a weak map is weak; maps of different units have no common scale.
 */
import { scaleFor } from '../../../shared/render/display-scale.ts';
import type { ScaleChoice } from './view.ts';

export interface ScaledMap {
  readonly method: string;
  readonly unit: string;
  /** Limit of the map's own display scale. */
  readonly limit: number;
}

const known = new WeakMap<Float32Array, number>();

/** Limit of a map's own display scale, worked out once a map: it sorts all values. A map keeps its sign. */
export function ownLimit(values: Float32Array, signed: boolean): number {
  const limit =
    known.get(values) ?? scaleFor([values], signed ? 'diverging' : 'sequential', { limit: 'robust' }).limit;
  known.set(values, limit);
  return limit;
}

/** The limit of every method, by name; never 0. */
export function colorLimits(maps: readonly ScaledMap[], choice: ScaleChoice): Map<string, number> {
  const largest = new Map<string, number>();
  for (const { unit, limit } of maps) largest.set(unit, Math.max(largest.get(unit) ?? 0, limit));
  return new Map(
    maps.map(({ method, unit, limit }) => [method, (choice === 'shared' ? largest.get(unit)! : limit) || 1]),
  );
}

/**
 * Raw map values -> position on a color scale. Zero always has the same place: the low end of a sequential
 * scale, the middle of a diverging one (symmetric ±limit). A scale may be made of one map or shared by many,
 * since forced per-map scales make weak maps look as strong as strong ones.
 */

export interface DisplayScale {
  /** `diverging`: −limit … limit. `sequential`: 0 … limit. */
  readonly kind: 'sequential' | 'diverging';
  /** Largest value shown without clipping; 0 where there is nothing to show. */
  readonly limit: number;
}

export interface ScaleOptions {
  /**
   * `extremes`: the largest magnitude. `robust`: its 99.5th percentile over all non-zero values, so that a few
   * hot pixels do not darken the rest; values beyond are clipped, which a color bar must say.
   */
  readonly limit?: 'extremes' | 'robust';
}

const ROBUST_QUANTILE = 0.995;

/** One scale for all `maps` (raw values, any shape). Values that are not finite are ignored. */
export function scaleFor(
  maps: readonly Float32Array[],
  kind: DisplayScale['kind'],
  options: ScaleOptions = {},
): DisplayScale {
  const { limit = 'extremes' } = options;
  const magnitudes = maps.map((map) => magnitudesOf(map, kind));
  if (limit === 'extremes') return { kind, limit: magnitudes.reduce(largest, 0) };
  const all = new Float32Array(magnitudes.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of magnitudes) {
    all.set(part, at);
    at += part.length;
  }
  all.sort();
  return { kind, limit: all[Math.floor(ROBUST_QUANTILE * (all.length - 1))] ?? 0 };
}

/** Non-zero finite magnitudes; on a sequential scale values below zero count as zero. */
function magnitudesOf(map: Float32Array, kind: DisplayScale['kind']): Float32Array {
  const shown = map.filter(
    (value) => Number.isFinite(value) && (kind === 'diverging' ? value !== 0 : value > 0),
  );
  return shown.map(Math.abs);
}

function largest(before: number, part: Float32Array): number {
  return part.reduce((most, value) => Math.max(most, value), before);
}

/** `value` in [0, 1] on the scale, clipped. Zero, NaN and any value on an empty scale lie at zero's place. */
export function positionOn({ kind, limit }: DisplayScale, value: number): number {
  const share = limit > 0 && !Number.isNaN(value) ? Math.min(1, Math.max(-1, value / limit)) : 0;
  return kind === 'diverging' ? (share + 1) / 2 : Math.max(0, share);
}

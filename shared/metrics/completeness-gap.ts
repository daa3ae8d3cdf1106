/** Completeness (Sundararajan et al. 2017, proposition 1): shares must add up to F(x) − F(baseline). */
export interface CompletenessGap {
  /** |Σ map − (F(x) − F(b))|, score units. */
  readonly gap: number;
  readonly expected: number;
  /** gap / |expected|; null where nothing is to be shared (|expected| below 1e-6). */
  readonly relative: number | null;
}

export function completenessGap(map: ArrayLike<number>, expected: number): CompletenessGap {
  let sum = 0;
  for (let i = 0; i < map.length; i++) sum += map[i]!;
  const gap = Math.abs(sum - expected);
  return { gap, expected, relative: Math.abs(expected) < 1e-6 ? null : gap / Math.abs(expected) };
}

/**
 * Localization: how well a map finds a marked finding (a mask, or a box as a mask). Higher is better for all.
 * It judges map and model together: a model that decides by something else cannot localize.
 */
import { descendingOrder } from './ranks.ts';

export interface Localization {
  /** The highest pixel lies inside (pointing game, Zhang et al. 2016). */
  readonly hit: boolean;
  /** Intersection over union of the top pixels, as many as the mask has. */
  readonly iouAtMaskSize: number;
  /** The best intersection over union of any threshold; optimistic, since the mask chooses it. */
  readonly bestIou: number;
  /** Share of the positive relevance that lies inside (Arras et al. 2022); 0 where nothing is positive. */
  readonly relevanceMass: number;
  /** Share of the top pixels, as many as the mask has, that lie inside (Arras et al. 2022). */
  readonly rankAccuracy: number;
  /** Area under precision and recall of "inside", average precision, equal values taken together. */
  readonly averagePrecision: number;
}

/** `mask` [H, W], 1 inside; it must hold at least one pixel. */
export function localization(map: ArrayLike<number>, mask: ArrayLike<number>): Localization {
  const order = descendingOrder(map);
  const inside = order.reduce((sum, pixel) => sum + (mask[pixel] ? 1 : 0), 0);
  if (inside === 0)
    throw new RangeError('localization: expected a mask with a pixel inside, got an empty one');
  let found = 0;
  let bestIou = 0;
  let averagePrecision = 0;
  let foundBefore = 0;
  order.forEach((pixel, i) => {
    if (mask[pixel]) found++;
    const endOfTie = i + 1 === order.length || map[order[i + 1]!] !== map[pixel];
    if (!endOfTie) return;
    bestIou = Math.max(bestIou, found / (i + 1 + inside - found));
    averagePrecision += ((found - foundBefore) / inside) * (found / (i + 1));
    foundBefore = found;
  });
  const top = order.subarray(0, inside).reduce((sum, pixel) => sum + (mask[pixel] ? 1 : 0), 0);
  return {
    hit: Boolean(mask[order[0]!]),
    iouAtMaskSize: top / (2 * inside - top),
    bestIou,
    relevanceMass: relevanceMass(map, mask),
    rankAccuracy: top / inside,
    averagePrecision,
  };
}

function relevanceMass(map: ArrayLike<number>, mask: ArrayLike<number>): number {
  let [within, total] = [0, 0];
  for (let p = 0; p < map.length; p++) {
    const positive = Math.max(0, map[p]!);
    total += positive;
    if (mask[p]) within += positive;
  }
  return total > 0 ? within / total : 0;
}

/** Agreement of two maps of one image: do they point at the same pixels? */
import { averageRanks, descendingOrder } from './ranks.ts';

/** Spearman's rank correlation (1904), −1 … 1, ties averaged; 0 where a map is constant. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ra, rb] = [averageRanks(a), averageRanks(b)];
  const middle = (ra.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < ra.length; i++) {
    ab += (ra[i]! - middle) * (rb[i]! - middle);
    aa += (ra[i]! - middle) ** 2;
    bb += (rb[i]! - middle) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Overlap of the top `share` of both maps, |A ∩ B| / |A ∪ B|, 0 … 1; at least one pixel each. */
export function topOverlap(a: ArrayLike<number>, b: ArrayLike<number>, share = 0.1): number {
  const count = Math.max(1, Math.round(share * a.length));
  const first = new Set(descendingOrder(a).subarray(0, count));
  const second = descendingOrder(b).subarray(0, count);
  const both = second.reduce((sum, pixel) => sum + (first.has(pixel) ? 1 : 0), 0);
  return both / (2 * count - both);
}

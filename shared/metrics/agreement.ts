/** Agreement of two maps of one image: do they point at the same pixels? */
import { averageRanks, descendingOrder, ranksIn } from './ranks.ts';

/** Spearman's rank correlation (1904), −1 … 1, ties averaged; 0 where a map is constant. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return correlation(averageRanks(a), averageRanks(b));
}

/** Overlap of the top `share` of both maps, |A ∩ B| / |A ∪ B|, 0 … 1; at least one pixel each. */
export function topOverlap(a: ArrayLike<number>, b: ArrayLike<number>, share = 0.1): number {
  return overlap(topPixels(descendingOrder(a), share), topPixels(descendingOrder(b), share));
}

export interface PairAgreement {
  readonly methods: [string, string];
  readonly rankCorrelation: number;
  readonly topOverlap: number;
}

/** Every pair of maps of one image, by the magnitude of their values: evidence for or against counts alike. */
export function pairwiseAgreement(maps: ReadonlyMap<string, ArrayLike<number>>): PairAgreement[] {
  const known = [...maps].map(([method, map]) => {
    const magnitudes = new Float64Array(map.length);
    for (let i = 0; i < magnitudes.length; i++) magnitudes[i] = Math.abs(map[i]!);
    const order = descendingOrder(magnitudes);
    return { method, ranks: ranksIn(order, magnitudes), top: topPixels(order, 0.1) };
  });
  return known.flatMap((a, i) =>
    known.slice(i + 1).map(
      (b): PairAgreement => ({
        methods: [a.method, b.method],
        rankCorrelation: correlation(a.ranks, b.ranks),
        topOverlap: overlap(a.top, b.top),
      }),
    ),
  );
}

/** Pearson's correlation of two lists of ranks. */
function correlation(ra: Float64Array, rb: Float64Array): number {
  const middle = (ra.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < ra.length; i++) {
    ab += (ra[i]! - middle) * (rb[i]! - middle);
    aa += (ra[i]! - middle) ** 2;
    bb += (rb[i]! - middle) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

function topPixels(descending: Uint32Array, share: number): Uint8Array {
  const count = Math.max(1, Math.round(share * descending.length));
  const top = new Uint8Array(descending.length);
  for (const pixel of descending.subarray(0, count)) top[pixel] = 1;
  return top;
}

function overlap(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let p = 0; p < a.length; p++) {
    both += a[p]! & b[p]!;
    either += a[p]! | b[p]!;
  }
  return both / either;
}

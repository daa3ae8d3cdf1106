/**
 * Performance information curve: how much of the score comes back as the most important pixels are shown.
 * Horizontal: information of the partly blurred image; vertical: its score; both from the blurred image (0) to
 * the original (1). AIC: score is 1 where the class is right, else 0. SIC: score is the softmax of the class.
 * Kapishnikov et al. 2019, "XRAI", section 4; details as in PAIR saliency 0.2.1.
 *
 * On dark images (brain MRI on black) the metric can degenerate: the blurred image is nearly as informative as
 * the original. So it is never reported without its controls, a random map and an edge map.
 */
import { bokehImage } from './bokeh.ts';
import { areaUnder, type Curve, sampleCurve } from './curve.ts';
import type { GrayLevelImage } from './gray-levels.ts';
import { quantile } from './quantile.ts';

export interface CurveSubject {
  readonly image: GrayLevelImage;
  /** [H, W], 1 for the pixels known from the start; the same for all maps of an image. */
  readonly seed: Uint8Array;
  /** Scores of the class, one per image: softmax (SIC), or 1 and 0 (AIC). */
  readonly score: (images: readonly GrayLevelImage[]) => Promise<readonly number[]>;
  /** Information of an image in bytes: lossless WebP, or `shannonEntropy`. */
  readonly information: (image: GrayLevelImage) => number | Promise<number>;
}

export interface CurveOptions {
  readonly thresholds?: readonly number[];
  /** Images that score lower say nothing about explanations. */
  readonly minScore?: number;
  /** true: the score never falls along the curve, as in the paper. */
  readonly monotone?: boolean;
}

export type InformationCurve =
  | {
      readonly kind: 'curve';
      readonly curve: Curve;
      readonly area: number;
      /** Scores and information of the blurred image, of each threshold, of the original. */
      readonly scores: readonly number[];
      readonly information: readonly number[];
    }
  | { readonly kind: 'skipped'; readonly reason: SkipReason };

/** The score is low; the blurred image is as informative as the original; or scores as high. */
export type SkipReason = 'score-low' | 'blurred-informative' | 'blurred-scores';

const THRESHOLDS = [0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.13, 0.21, 0.34, 0.5, 0.75];
const POINTS = 1000;

/** The curve of one map [H, W] on one image; higher values of the map are more important. */
export async function informationCurve(
  map: ArrayLike<number>,
  { image, seed, score, information }: CurveSubject,
  { thresholds = THRESHOLDS, minScore = 0.8, monotone = true }: CurveOptions = {},
): Promise<InformationCurve> {
  const images = [bokehImage(image, seed), ...thresholds.map((t) => revealed(image, map, seed, t)), image];
  const scores = [...(await score(images))];
  const bytes = await Promise.all(images.map(information));
  const [blurredScore, wholeScore] = [scores[0]!, scores.at(-1)!];
  const [blurredBytes, wholeBytes] = [bytes[0]!, bytes.at(-1)!];
  if (wholeScore < minScore) return { kind: 'skipped', reason: 'score-low' };
  if (blurredBytes >= wholeBytes) return { kind: 'skipped', reason: 'blurred-informative' };
  if (blurredScore >= wholeScore) return { kind: 'skipped', reason: 'blurred-scores' };
  let highest = 0;
  const points = thresholds.map((_, i): readonly [number, number] => {
    const gained = share(scores[i + 1]!, blurredScore, wholeScore);
    highest = Math.max(highest, gained);
    return [share(bytes[i + 1]!, blurredBytes, wholeBytes), monotone ? highest : gained];
  });
  const x = Float64Array.from({ length: POINTS + 1 }, (_, i) => i / POINTS);
  const y = sampleCurve([...points, [0, 0], [1, 1]], x);
  const curve = { x, y };
  return { kind: 'curve', curve, area: areaUnder(curve), scores, information: bytes };
}

/** The bokeh image that knows the seed and the top `threshold` of the map. */
function revealed(
  image: GrayLevelImage,
  map: ArrayLike<number>,
  seed: Uint8Array,
  threshold: number,
): GrayLevelImage {
  const limit = quantile(map, 1 - threshold);
  return bokehImage(
    image,
    seed.map((known, p) => (known || map[p]! >= limit ? 1 : 0)),
  );
}

/** Where `value` lies from `low` to `high`, clipped to [0, 1]. */
function share(value: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

export interface AggregatedCurve {
  readonly curve: Curve;
  readonly area: number;
  readonly images: number;
  readonly skipped: Readonly<Record<SkipReason, number>>;
}

/** The pointwise median (or mean) over the images that count, and how many were skipped and why. */
export function aggregateCurves(
  curves: readonly InformationCurve[],
  how: 'median' | 'mean' = 'median',
): AggregatedCurve {
  const counted = curves.filter((entry) => entry.kind === 'curve');
  const skipped = { 'score-low': 0, 'blurred-informative': 0, 'blurred-scores': 0 };
  for (const entry of curves) if (entry.kind === 'skipped') skipped[entry.reason]++;
  const x = Float64Array.from({ length: POINTS + 1 }, (_, i) => i / POINTS);
  const y = x.map((_, i) => {
    const column = counted.map(({ curve }) => curve.y[i]!);
    if (column.length === 0) return Number.NaN;
    return how === 'median' ? quantile(column, 0.5) : column.reduce((a, b) => a + b, 0) / column.length;
  });
  return { curve: { x, y }, area: areaUnder({ x, y }), images: counted.length, skipped };
}

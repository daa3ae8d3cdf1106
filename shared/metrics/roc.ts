/**
 * Receiver operating characteristic of a score that should be high for positives, and the area below it:
 *
 *   AUC = P(score of a positive > score of a negative) + ½ P(equal)   (Hanley & McNeil 1982)
 *
 * Its variance is DeLong, DeLong & Clarke-Pearson 1988 by mid-ranks (Sun & Xu 2014); the interval is taken on the
 * logit scale, so that it stays within [0, 1].
 */
import { NORMAL_975 } from './normal-quantile.ts';
import { averageRanks, descendingOrder } from './ranks.ts';

export interface RocCurve {
  /** Both from 0 to 1, ascending; one point for each distinct score. */
  readonly falsePositiveRate: number[];
  readonly truePositiveRate: number[];
}

/** `positive[i]` tells whether image i is of the class. Null where one of the two kinds is missing. */
export function rocCurve(scores: readonly number[], positive: readonly boolean[]): RocCurve | null {
  const positives = positive.filter((value) => value).length;
  const negatives = positive.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const curve: RocCurve = { falsePositiveRate: [0], truePositiveRate: [0] };
  const order = descendingOrder(scores);
  let [hits, alarms] = [0, 0];
  order.forEach((image, place) => {
    if (positive[image]) hits++;
    else alarms++;
    if (place + 1 < order.length && scores[order[place + 1]!] === scores[image]) return;
    curve.falsePositiveRate.push(alarms / negatives);
    curve.truePositiveRate.push(hits / positives);
  });
  return curve;
}

export interface AreaUnderRoc {
  readonly area: number;
  /** Two-sided 95 %; null where the classes are perfectly separated, of which no variance can be estimated. */
  readonly interval: [number, number] | null;
}

/** Null where there are no positives or no negatives. */
export function areaUnderRoc(scores: readonly number[], positive: readonly boolean[]): AreaUnderRoc | null {
  const of = (kind: boolean): number[] => scores.filter((_, image) => positive[image] === kind);
  const [ours, theirs] = [of(true), of(false)];
  const [m, n] = [ours.length, theirs.length];
  if (m === 0 || n === 0) return null;
  const ranks = averageRanks([...ours, ...theirs]);
  const [ourRanks, theirRanks] = [averageRanks(ours), averageRanks(theirs)];
  // Share of negatives below each positive, and of positives above each negative.
  const above = ours.map((_, i) => (ranks[i]! - ourRanks[i]!) / n);
  const below = theirs.map((_, j) => 1 - (ranks[m + j]! - theirRanks[j]!) / m);
  const area = above.reduce((sum, share) => sum + share, 0) / m;
  if (m < 2 || n < 2 || area <= 0 || area >= 1) return { area, interval: null };
  const deviation = Math.sqrt(variance(above) / m + variance(below) / n);
  const logit = Math.log(area / (1 - area));
  const reach = (NORMAL_975 * deviation) / (area * (1 - area));
  const back = (value: number): number => 1 / (1 + Math.exp(-value));
  return { area, interval: [back(logit - reach), back(logit + reach)] };
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Two-sided 95 % interval of a share (Wilson 1927), right for small counts and for shares near 0 and 1:
 *   (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 */
import { NORMAL_975 } from './normal-quantile.ts';

/** `hits` of `count` trials; count > 0. */
export function wilsonInterval(hits: number, count: number): [number, number] {
  const share = hits / count;
  const square = NORMAL_975 ** 2;
  const center = share + square / (2 * count);
  const reach = NORMAL_975 * Math.sqrt((share * (1 - share)) / count + square / (4 * count ** 2));
  const scale = 1 + square / count;
  return [Math.max(0, (center - reach) / scale), Math.min(1, (center + reach) / scale)];
}

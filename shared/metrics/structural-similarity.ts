/**
 * Structural similarity of two maps: mean over positions of
 * (2 μaμb + c₁)(2 σab + c₂) / ((μa² + μb² + c₁)(σa² + σb² + c₂)), moments in a Gaussian window of σ = 1.5,
 * c = (0.01)², (0.03)², on maps stretched to [0, 1].
 * Wang, Bovik, Sheikh & Simoncelli 2004, "Image quality assessment", equation 13.
 */
import { valueRange } from '../attribution/value-range.ts';
import { gaussianBlur } from '../imaging/gaussian.ts';
import type { Extent } from '../segmentation/extent.ts';

const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** −1 … 1; 1 for maps that differ by a positive scale and an offset only. */
export function structuralSimilarity(a: ArrayLike<number>, b: ArrayLike<number>, extent: Extent): number {
  const smooth = (plane: Float64Array): Float64Array =>
    gaussianBlur(plane, extent.height, extent.width, SIGMA, 'reflect');
  const [x, y] = [stretched(a), stretched(b)];
  const [mx, my] = [smooth(x), smooth(y)];
  const xx = smooth(x.map((value) => value * value));
  const yy = smooth(y.map((value) => value * value));
  const xy = smooth(x.map((value, p) => value * y[p]!));
  let sum = 0;
  for (let p = 0; p < x.length; p++) {
    const [ma, mb] = [mx[p]!, my[p]!];
    const spread = xx[p]! - ma * ma + (yy[p]! - mb * mb);
    const shared = xy[p]! - ma * mb;
    sum += ((2 * ma * mb + C1) * (2 * shared + C2)) / ((ma * ma + mb * mb + C1) * (spread + C2));
  }
  return sum / x.length;
}

/** A copy stretched to [0, 1]; a constant map becomes 0. */
function stretched(values: ArrayLike<number>): Float64Array {
  const [low, high] = valueRange(values);
  const span = high > low ? high - low : 1;
  return Float64Array.from(values, (value) => (value - low) / span);
}

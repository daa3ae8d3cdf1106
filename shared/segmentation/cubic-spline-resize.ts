/**
 * Anti-aliased cubic resize of one plane: Gaussian pre-blur with σ = max(0, (in/out − 1)/2) per axis, then an
 * interpolating cubic B-spline; everything outside the plane is 0; clipped to a given range.
 * Pixel centers: input = (output + ½)·in/out − ½.
 *
 * Unser 1999, "Splines: a perfect fit for signal and image processing", box 2 (the recursive prefilter), with
 * the boundary scipy.ndimage calls grid-constant: twelve zeros on either side before filtering.
 */
import { gaussianBlur } from '../imaging/gaussian.ts';
import type { Extent } from './extent.ts';

const PADDING = 12;
const POLE = Math.sqrt(3) - 2;
/** POLE^k is below float64 resolution beyond this k. */
const HORIZON = 30;

/** Row-major float64 plane of `from` resized to `to`, values clipped to [low, high]. */
export function cubicSplineResize(
  plane: Float64Array,
  from: Extent,
  to: Extent,
  [low, high]: readonly [number, number],
): Float64Array {
  const sigmas = [blurSigma(from.height, to.height), blurSigma(from.width, to.width)] as const;
  const blurred =
    sigmas[0] > 0 || sigmas[1] > 0 ? gaussianBlur(plane, from.height, from.width, sigmas) : plane;
  const wide = new Float64Array(from.height * to.width);
  const along = splineTaps(from.width, to.width);
  for (let y = 0; y < from.height; y++) {
    const line = blurred.subarray(y * from.width, (y + 1) * from.width);
    wide.set(resampleLine(line, along), y * to.width);
  }
  const out = new Float64Array(to.height * to.width);
  const down = splineTaps(from.height, to.height);
  const column = new Float64Array(from.height);
  for (let x = 0; x < to.width; x++) {
    for (let y = 0; y < from.height; y++) column[y] = wide[y * to.width + x]!;
    const line = resampleLine(column, down);
    for (let y = 0; y < to.height; y++) out[y * to.width + x] = Math.min(high, Math.max(low, line[y]!));
  }
  return out;
}

function blurSigma(from: number, to: number): number {
  return Math.max(0, (from / to - 1) / 2);
}

interface Taps {
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/** For each output pixel the first of four coefficients (in the padded line) and their weights. */
function splineTaps(from: number, to: number): Taps {
  const first = new Int32Array(to);
  const weights = new Float64Array(4 * to);
  for (let o = 0; o < to; o++) {
    const position = ((o + 0.5) * from) / to - 0.5;
    const below = Math.floor(position);
    first[o] = below - 1 + PADDING;
    for (let tap = 0; tap < 4; tap++) weights[4 * o + tap] = cubicBSpline(position - (below - 1 + tap));
  }
  return { first, weights };
}

function cubicBSpline(offset: number): number {
  const t = Math.abs(offset);
  if (t < 1) return (4 - 6 * t * t + 3 * t * t * t) / 6;
  return t < 2 ? (2 - t) ** 3 / 6 : 0;
}

function resampleLine(line: Float64Array, { first, weights }: Taps): Float64Array {
  const coefficients = splineCoefficients(line);
  const samples = new Float64Array(first.length);
  for (let o = 0; o < samples.length; o++) {
    const at = first[o]!;
    let sum = 0;
    for (let tap = 0; tap < 4; tap++) sum += weights[4 * o + tap]! * coefficients[at + tap]!;
    samples[o] = sum;
  }
  return samples;
}

/** B-spline coefficients of the zero-padded line: a causal and an anticausal recursion. */
function splineCoefficients(line: Float64Array): Float64Array {
  const length = line.length + 2 * PADDING;
  const c = new Float64Array(length);
  for (let i = 0; i < line.length; i++) c[i + PADDING] = 6 * line[i]!;
  let power = POLE;
  for (let i = 1; i < Math.min(length, HORIZON); i++) {
    c[0]! += power * c[i]!;
    power *= POLE;
  }
  for (let i = 1; i < length; i++) c[i]! += POLE * c[i - 1]!;
  c[length - 1] = (POLE / (POLE * POLE - 1)) * (c[length - 1]! + POLE * c[length - 2]!);
  for (let i = length - 2; i >= 0; i--) c[i] = POLE * (c[i + 1]! - c[i]!);
  return c;
}

/**
 * Separable resampling of one float plane; the same numbers in Node and in the browser.
 *
 *   out[i] = Σ_j k((j + ½ − c_i) / s) · in[j] / Σ_j k(…),   c_i = start + (i + ½) · step,   s = max(1, step)
 *
 * Pixel centers lie at half-integers (torch `align_corners=False`, OpenCV, PIL; not Matlab's or the old TF 1
 * corner convention). With `antialias` the kernel widens by the shrink factor s, as in PIL, torchvision
 * (`antialias=True`), tf.image (`antialias=True`); without it s = 1, as in OpenCV `resize` and tf.image's default.
 * Weights outside the image are dropped and the rest renormalized (PIL; for `linear` this equals OpenCV's
 * replicated border). `cubic` is Keys' kernel with a = −½ (PIL, tf.image); OpenCV and torch without
 * anti-aliasing use a = −¾. `nearest` takes in[⌊c_i⌋] (PIL, torch `nearest-exact`, OpenCV INTER_NEAREST_EXACT).
 * skimage's pre-blurred cubic, which XRAI's reference needs, is another thing and lives with the segmentation.
 */
export type ResizeKernel = 'nearest' | 'linear' | 'cubic';

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels of the source; it may be fractional. Pixel (x, y) covers [x, x+1) × [y, y+1). */
export interface Rectangle extends Extent {
  readonly x: number;
  readonly y: number;
}

export interface ResizeOptions {
  readonly kernel?: ResizeKernel;
  /** `shrinking` widens the kernel when the output is smaller; `never` samples points. */
  readonly antialias?: 'shrinking' | 'never';
  /** The part of the source that the output covers; the whole by default. Must lie inside the source. */
  readonly region?: Rectangle;
}

interface Kernel {
  /** Half the width of the kernel's support, in samples. */
  readonly radius: number;
  readonly weight: (distance: number) => number;
}

const KERNELS: Readonly<Record<Exclude<ResizeKernel, 'nearest'>, Kernel>> = {
  linear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: { radius: 2, weight: keys },
};

/** Keys 1981, equation 15: the cubic convolution kernel with a = −½. */
function keys(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** For every output sample: its first source sample and the weights from there on. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/**
 * `plane` [from.height, from.width] -> a new [to.height, to.width]. Units unchanged; `linear` and `nearest`
 * stay within the plane's range, `cubic` may overshoot by up to 13 % of it (clip where that matters).
 */
export function resizePlane(
  plane: Float32Array,
  from: Extent,
  to: Extent,
  options: ResizeOptions = {},
): Float32Array {
  const { kernel = 'linear', antialias = 'shrinking', region } = options;
  const { x, y, width, height } = region ?? { x: 0, y: 0, ...from };
  const taps = (start: number, extent: number, source: number, count: number): Taps =>
    kernel === 'nearest'
      ? nearestTaps(start, extent / count, source, count)
      : kernelTaps(KERNELS[kernel], start, extent / count, source, count, antialias);
  const columns = taps(x, width, from.width, to.width);
  const rows = taps(y, height, from.height, to.height);
  return resizeRows(resizeColumns(plane, from, columns), to.width, rows);
}

function nearestTaps(start: number, step: number, source: number, count: number): Taps {
  const first = Int32Array.from({ length: count }, (_, i) =>
    Math.min(source - 1, Math.max(0, Math.floor(start + (i + 0.5) * step))),
  );
  return { first, weights: Array.from(first, () => Float64Array.of(1)) };
}

function kernelTaps(
  { radius, weight }: Kernel,
  start: number,
  step: number,
  source: number,
  count: number,
  antialias: 'shrinking' | 'never',
): Taps {
  const scale = antialias === 'shrinking' ? Math.max(1, step) : 1;
  const first = new Int32Array(count);
  const weights = Array.from({ length: count }, (_, i) => {
    const center = start + (i + 0.5) * step;
    const low = Math.min(source - 1, Math.max(0, Math.ceil(center - radius * scale - 0.5)));
    const high = Math.max(low, Math.min(source - 1, Math.floor(center + radius * scale - 0.5)));
    first[i] = low;
    const raw = Float64Array.from({ length: high - low + 1 }, (_, j) =>
      weight((low + j + 0.5 - center) / scale),
    );
    const sum = raw.reduce((total, value) => total + value, 0);
    return sum === 0 ? raw.fill(1 / raw.length) : raw.map((value) => value / sum);
  });
  return { first, weights };
}

/** [H, W] -> [H, W'], float64 in between so that two passes round only once. */
function resizeColumns(plane: Float32Array, from: Extent, { first, weights }: Taps): Float64Array {
  const count = weights.length;
  const out = new Float64Array(from.height * count);
  for (let row = 0; row < from.height; row++) {
    for (let i = 0; i < count; i++) {
      const tap = weights[i]!;
      const at = row * from.width + first[i]!;
      let sum = 0;
      for (let j = 0; j < tap.length; j++) sum += tap[j]! * plane[at + j]!;
      out[row * count + i] = sum;
    }
  }
  return out;
}

/** [H, W'] -> [H', W']. */
function resizeRows(plane: Float64Array, width: number, { first, weights }: Taps): Float32Array {
  const out = new Float32Array(weights.length * width);
  const line = new Float64Array(width);
  weights.forEach((tap, row) => {
    line.fill(0);
    for (let j = 0; j < tap.length; j++) {
      const at = (first[row]! + j) * width;
      for (let column = 0; column < width; column++) line[column]! += tap[j]! * plane[at + column]!;
    }
    out.set(line, row * width);
  });
  return out;
}

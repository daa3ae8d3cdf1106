/**
 * Gaussian blur of one plane, separable: kernel exp(−k²/2σ²) for |k| ≤ ⌊4σ + ½⌋, normalized to sum 1
 * (the truncation scipy.ndimage.gaussian_filter uses). Float64 throughout.
 *
 * Borders: `zero` takes everything outside the plane as 0; `reflect` mirrors at the edge (d c b a | a b c d).
 */
export type GaussianBorder = 'zero' | 'reflect';

/** The kernel for offsets 0 … radius; the negative side is its mirror image. σ = 0 gives [1]. */
export function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Float64Array.from({ length: radius + 1 }, (_, k) =>
    k === 0 ? 1 : Math.exp((-0.5 * k * k) / (sigma * sigma)),
  );
  const sum = kernel.reduce((total, value, k) => total + (k === 0 ? value : 2 * value), 0);
  return kernel.map((value) => value / sum);
}

/** A blurred copy of a row-major [height, width] plane; two sigmas are [down the rows, along a row]. */
export function gaussianBlur(
  plane: ArrayLike<number>,
  height: number,
  width: number,
  sigma: number | readonly [number, number],
  border: GaussianBorder = 'zero',
): Float64Array {
  const [downSigma, alongSigma] = typeof sigma === 'number' ? [sigma, sigma] : sigma;
  const down = gaussianKernel(downSigma);
  const along = gaussianKernel(alongSigma);
  const rows = new Float64Array(height * width);
  const lineIn = new Float64Array(Math.max(height, width));
  const lineOut = new Float64Array(Math.max(height, width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lineIn[x] = plane[y * width + x]!;
    blurLineInto(lineIn, lineOut, width, along, border);
    for (let x = 0; x < width; x++) rows[y * width + x] = lineOut[x]!;
  }
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) lineIn[y] = rows[y * width + x]!;
    blurLineInto(lineIn, lineOut, height, down, border);
    for (let y = 0; y < height; y++) rows[y * width + x] = lineOut[y]!;
  }
  return rows;
}

function blurLineInto(
  line: Float64Array,
  out: Float64Array,
  length: number,
  kernel: Float64Array,
  border: GaussianBorder,
): void {
  const radius = border === 'zero' ? Math.min(kernel.length, length) - 1 : kernel.length - 1;
  for (let i = 0; i < length; i++) {
    let sum = kernel[0]! * line[i]!;
    for (let k = 1; k <= radius; k++) {
      const before = i - k;
      const after = i + k;
      const pair =
        (before >= 0 ? line[before]! : outside(line, before, length, border)) +
        (after < length ? line[after]! : outside(line, after, length, border));
      sum += kernel[k]! * pair;
    }
    out[i] = sum;
  }
}

function outside(line: Float64Array, index: number, length: number, border: GaussianBorder): number {
  if (border === 'zero') return 0;
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return line[folded < length ? folded : period - 1 - folded]!;
}

/**
 * A plane at many Gaussian scales, with its finite difference in scale:
 * L(σ) and (L(σ + δ) − L(σ)) / δ, borders zero, kernel as in `gaussian.ts`, float64.
 *
 * A zero-border Gaussian is a product with a banded Toeplitz matrix from either side. At σ = 50 the band is
 * the whole plane, so it is applied as a circular convolution on a padded grid instead: the plane is
 * transformed once, and each scale costs one inverse transform that carries L in its real part and the
 * difference in its imaginary part (both kernels are even, so their transforms are real).
 */
import { gaussianKernel } from './gaussian.ts';
import { type FourierPlan, fourierPlan } from './gaussian-fft.ts';

export interface ScaleSpace {
  /** Writes L(σ) and the difference quotient, both [height, width] row-major. */
  at(sigma: number, delta: number, blurred: Float64Array, slope: Float64Array): void;
}

interface Grid {
  readonly rows: FourierPlan;
  readonly columns: FourierPlan;
  /** Transform of the padded plane, stored [column frequency, row frequency]. */
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Scale space of a row-major [height, width] plane; grids are made when a scale first needs them. */
export function gaussianScaleSpace(plane: ArrayLike<number>, height: number, width: number): ScaleSpace {
  const grids = new Map<string, Grid>();
  const gridFor = (radius: number): Grid => {
    const rowSize = paddedSize(height, radius);
    const columnSize = paddedSize(width, radius);
    const key = `${rowSize}x${columnSize}`;
    const grid = grids.get(key) ?? transformPlane(plane, height, width, rowSize, columnSize);
    grids.set(key, grid);
    return grid;
  };
  return {
    at(sigma, delta, blurred, slope) {
      const near = gaussianKernel(sigma);
      const far = gaussianKernel(sigma + delta);
      const grid = gridFor(far.length - 1);
      const spectra = {
        nearRow: kernelSpectrum(near, height, grid.rows),
        farRow: kernelSpectrum(far, height, grid.rows),
        nearColumn: kernelSpectrum(near, width, grid.columns),
        farColumn: kernelSpectrum(far, width, grid.columns),
      };
      const half = inverseOverRows(grid, spectra, delta, height);
      const scale = 1 / (grid.rows.size * grid.columns.size);
      const size = grid.columns.size;
      for (let y = 0; y < height; y++) {
        const real = half.real.subarray(y * size, (y + 1) * size);
        const imaginary = half.imaginary.subarray(y * size, (y + 1) * size);
        grid.columns.inverse(real, imaginary);
        for (let x = 0; x < width; x++) {
          blurred[y * width + x] = real[x]! * scale;
          slope[y * width + x] = imaginary[x]! * scale;
        }
      }
    },
  };
}

/** Long enough that the ends of the kernel do not wrap into the plane. */
function paddedSize(length: number, radius: number): number {
  return Math.max(2, 2 ** Math.ceil(Math.log2(length + Math.min(radius, length - 1))));
}

function transformPlane(
  plane: ArrayLike<number>,
  height: number,
  width: number,
  rowSize: number,
  columnSize: number,
): Grid {
  const rows = fourierPlan(rowSize);
  const columns = fourierPlan(columnSize);
  const real = new Float64Array(rowSize * columnSize);
  const imaginary = new Float64Array(rowSize * columnSize);
  const lineReal = new Float64Array(columnSize);
  const lineImaginary = new Float64Array(columnSize);
  for (let y = 0; y < height; y++) {
    lineReal.fill(0);
    lineImaginary.fill(0);
    for (let x = 0; x < width; x++) lineReal[x] = plane[y * width + x]!;
    columns.forward(lineReal, lineImaginary);
    for (let v = 0; v < columnSize; v++) {
      real[v * rowSize + y] = lineReal[v]!;
      imaginary[v * rowSize + y] = lineImaginary[v]!;
    }
  }
  for (let v = 0; v < columnSize; v++) {
    const part = [v * rowSize, (v + 1) * rowSize] as const;
    rows.forward(real.subarray(...part), imaginary.subarray(...part));
  }
  return { rows, columns, real, imaginary };
}

/** Transform of an even kernel laid circularly on the grid: real. */
function kernelSpectrum(kernel: Float64Array, length: number, plan: FourierPlan): Float64Array {
  const real = new Float64Array(plan.size);
  const radius = Math.min(kernel.length, length) - 1;
  real[0] = kernel[0]!;
  for (let k = 1; k <= radius; k++) {
    real[k]! += kernel[k]!;
    real[plan.size - k]! += kernel[k]!;
  }
  plan.forward(real, new Float64Array(plan.size));
  return real;
}

interface Spectra {
  readonly nearRow: Float64Array;
  readonly farRow: Float64Array;
  readonly nearColumn: Float64Array;
  readonly farColumn: Float64Array;
}

/** Multiplies by both kernels and transforms back along the rows' axis; result [height, column frequency]. */
function inverseOverRows(
  grid: Grid,
  { nearRow, farRow, nearColumn, farColumn }: Spectra,
  delta: number,
  height: number,
): { real: Float64Array; imaginary: Float64Array } {
  const rowSize = grid.rows.size;
  const columnSize = grid.columns.size;
  const real = new Float64Array(height * columnSize);
  const imaginary = new Float64Array(height * columnSize);
  const lineReal = new Float64Array(rowSize);
  const lineImaginary = new Float64Array(rowSize);
  for (let v = 0; v < columnSize; v++) {
    const near = nearColumn[v]!;
    const far = farColumn[v]!;
    const first = v * rowSize;
    for (let u = 0; u < rowSize; u++) {
      const blur = near * nearRow[u]!;
      const slope = (far * farRow[u]! - blur) / delta;
      const r = grid.real[first + u]!;
      const m = grid.imaginary[first + u]!;
      lineReal[u] = r * blur - m * slope;
      lineImaginary[u] = r * slope + m * blur;
    }
    grid.rows.inverse(lineReal, lineImaginary);
    for (let y = 0; y < height; y++) {
      real[y * columnSize + v] = lineReal[y]!;
      imaginary[y * columnSize + v] = lineImaginary[y]!;
    }
  }
  return { real, imaginary };
}

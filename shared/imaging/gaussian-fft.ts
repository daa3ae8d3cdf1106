/**
 * Fast Fourier transform of complex lines, power-of-two length, float64 (Cooley & Tukey 1965, radix 2).
 * Serves the Gaussian scale space only; unnormalized in both directions.
 */
export interface FourierPlan {
  readonly size: number;
  /** In place, X[k] = Σ x[j] e^(−2πi jk/size). */
  forward(real: Float64Array, imaginary: Float64Array): void;
  /** In place, x[j] = Σ X[k] e^(+2πi jk/size): without the factor 1/size. */
  inverse(real: Float64Array, imaginary: Float64Array): void;
}

/** A plan for lines of `size` elements; `size` must be a power of two ≥ 2. */
export function fourierPlan(size: number): FourierPlan {
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  const reversed = bitReversal(size);
  const forward = (real: Float64Array, imaginary: Float64Array): void => {
    permute(real, imaginary, reversed);
    firstStage(real, imaginary, size);
    for (let half = 2; half < size; half *= 2) stage(real, imaginary, size, half, cosines, sines);
  };
  // Swapping the parts conjugates the transform.
  return { size, forward, inverse: (real, imaginary) => forward(imaginary, real) };
}

function bitReversal(size: number): Uint32Array {
  const bits = Math.log2(size);
  const reversed = new Uint32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1]! >> 1) | ((i & 1) << (bits - 1));
  return reversed;
}

function permute(real: Float64Array, imaginary: Float64Array, reversed: Uint32Array): void {
  for (let i = 0; i < reversed.length; i++) {
    const j = reversed[i]!;
    if (j <= i) continue;
    const r = real[i]!;
    const m = imaginary[i]!;
    real[i] = real[j]!;
    imaginary[i] = imaginary[j]!;
    real[j] = r;
    imaginary[j] = m;
  }
}

/** Butterflies of neighbors: every twiddle factor is 1. */
function firstStage(real: Float64Array, imaginary: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 2) {
    const r = real[i + 1]!;
    const m = imaginary[i + 1]!;
    real[i + 1] = real[i]! - r;
    imaginary[i + 1] = imaginary[i]! - m;
    real[i]! += r;
    imaginary[i]! += m;
  }
}

function stage(
  real: Float64Array,
  imaginary: Float64Array,
  size: number,
  half: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const stride = size / (2 * half);
  for (let start = 0; start < size; start += 2 * half) {
    for (let k = 0, twiddle = 0; k < half; k++, twiddle += stride) {
      const low = start + k;
      const high = low + half;
      const c = cosines[twiddle]!;
      const s = sines[twiddle]!;
      const r = real[high]! * c - imaginary[high]! * s;
      const m = real[high]! * s + imaginary[high]! * c;
      real[high] = real[low]! - r;
      imaginary[high] = imaginary[low]! - m;
      real[low]! += r;
      imaginary[low]! += m;
    }
  }
}

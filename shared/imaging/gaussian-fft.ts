/**
 * Fast Fourier transform of complex lines, power-of-two length, float64 (Cooley & Tukey 1965). Two radix-2
 * stages are done in one sweep (radix 4), which halves the traffic; an odd stage is left for the end.
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
    let half = 1;
    for (; 4 * half <= size; half *= 4) doubleStage(real, imaginary, half, cosines, sines);
    if (half < size) stage(real, imaginary, half, cosines, sines);
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

/** The stages of span `half` and 2·`half` in one sweep, on blocks of 4·`half`. */
function doubleStage(
  real: Float64Array,
  imaginary: Float64Array,
  half: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const size = real.length;
  const stride = size / (4 * half);
  for (let start = 0; start < size; start += 4 * half) {
    for (let k = 0; k < half; k++) {
      const a = start + k;
      const b = a + half;
      const c = b + half;
      const d = c + half;
      const c1 = cosines[2 * k * stride]!;
      const s1 = sines[2 * k * stride]!;
      const c2 = cosines[k * stride]!;
      const s2 = sines[k * stride]!;
      const br = real[b]! * c1 - imaginary[b]! * s1;
      const bi = real[b]! * s1 + imaginary[b]! * c1;
      const dr = real[d]! * c1 - imaginary[d]! * s1;
      const di = real[d]! * s1 + imaginary[d]! * c1;
      const sumR = real[a]! + br;
      const sumI = imaginary[a]! + bi;
      const differenceR = real[a]! - br;
      const differenceI = imaginary[a]! - bi;
      const farSumR = real[c]! + dr;
      const farSumI = imaginary[c]! + di;
      const farDifferenceR = real[c]! - dr;
      const farDifferenceI = imaginary[c]! - di;
      const er = farSumR * c2 - farSumI * s2;
      const ei = farSumR * s2 + farSumI * c2;
      // The twiddle factor a quarter turn on is −i times this one.
      const fr = farDifferenceR * s2 + farDifferenceI * c2;
      const fi = farDifferenceI * s2 - farDifferenceR * c2;
      real[a] = sumR + er;
      imaginary[a] = sumI + ei;
      real[c] = sumR - er;
      imaginary[c] = sumI - ei;
      real[b] = differenceR + fr;
      imaginary[b] = differenceI + fi;
      real[d] = differenceR - fr;
      imaginary[d] = differenceI - fi;
    }
  }
}

/** The last stage, where the number of stages is odd: span `half` is half the line. */
function stage(
  real: Float64Array,
  imaginary: Float64Array,
  half: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  for (let low = 0; low < half; low++) {
    const high = low + half;
    const r = real[high]! * cosines[low]! - imaginary[high]! * sines[low]!;
    const m = real[high]! * sines[low]! + imaginary[high]! * cosines[low]!;
    real[high] = real[low]! - r;
    imaginary[high] = imaginary[low]! - m;
    real[low]! += r;
    imaginary[low]! += m;
  }
}

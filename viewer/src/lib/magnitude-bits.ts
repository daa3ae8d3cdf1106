/**
 * Magnitudes by their own bits: those of a float32 without its sign order as the magnitudes do, so that a loop over
 * pixels compares them without a branch, which noise would mispredict at every other pixel.
 *
 *   (below - (bits[i] & withoutSign)) >>> 31   is 1 where |value| ≥ threshold, else 0; with >> all ones, else 0
 */
export const withoutSign = 0x7fffffff;

/** The bits of the values (not copied). */
export const bitsOf = (values: Float32Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length);

/** The largest bits of a magnitude below `threshold`, which is above 0. */
export const bitsBelow = (threshold: number): number =>
  new Int32Array(Float32Array.of(threshold).buffer)[0]! - 1;

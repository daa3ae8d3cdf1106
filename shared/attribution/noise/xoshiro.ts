/**
 * Seeded uniform numbers: xoshiro128** (Blackman & Vigna 2021, "Scrambled linear pseudorandom number
 * generators"), state filled by SplitMix32. Same seed, same sequence, on every machine. Not for secrets.
 */
export interface UniformSource {
  /** The next 32 random bits, 0 … 2³² − 1. */
  bits(): number;
  /** The next number in [0, 1), 53 bits. */
  uniform(): number;
  /** A whole number in [0, bound), unbiased. */
  below(bound: number): number;
}

const rotate = (value: number, count: number): number => (value << count) | (value >>> (32 - count));

/** A generator of its own for every integer `seed` (its low 32 bits count). */
export function xoshiro(seed: number): UniformSource {
  let mix = seed | 0;
  const filler = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let word = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
  const state = Int32Array.of(filler(), filler(), filler(), filler());
  const bits = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotate(state[3]!, 11);
    return result;
  };
  const uniform = (): number => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
  const below = (bound: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = bits();
      if (word < limit) return word % bound;
    }
  };
  return { bits, uniform, below };
}

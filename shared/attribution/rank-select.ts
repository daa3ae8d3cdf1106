/**
 * The k-th smallest of many non-negative float32 numbers without sorting or moving them: their bit patterns are
 * ordered as they are, so two counts of 16 bits each (a radix select) find it. O(n), whatever the values.
 */
const HALF = 1 << 16;

export interface RankSelect {
  /** The k-th smallest element, k from 0. All elements are ≥ 0 or infinite; no NaN. */
  select(values: Float32Array, k: number): number;
}

/** A selector that keeps its counters between calls. */
export function rankSelect(): RankSelect {
  const upper = new Uint32Array(HALF);
  const lower = new Uint32Array(HALF);
  const answer = new Float32Array(1);
  const answerBits = new Uint32Array(answer.buffer);
  return {
    select(values, k) {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
      upper.fill(0);
      for (let i = 0; i < bits.length; i++) upper[bits[i]! >>> 16]!++;
      const high = binOf(upper, k);
      lower.fill(0);
      for (let i = 0; i < bits.length; i++) {
        const pattern = bits[i]!;
        if (pattern >>> 16 === high.bin) lower[pattern & 0xffff]!++;
      }
      const low = binOf(lower, k - high.before);
      answerBits[0] = ((high.bin << 16) | low.bin) >>> 0;
      return answer[0]!;
    },
  };
}

/** The bin that holds element k in order, and how many elements lie before it. */
function binOf(counts: Uint32Array, k: number): { readonly bin: number; readonly before: number } {
  let before = 0;
  let bin = 0;
  while (before + counts[bin]! <= k) before += counts[bin++]!;
  return { bin, before };
}

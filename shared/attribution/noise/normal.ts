/** Seeded standard normal numbers: Box & Muller (1958) over xoshiro128**. */
import type { UniformSource } from './xoshiro.ts';

/** Draws one N(0, 1) number a call; pairs are kept, so two draws cost one logarithm. */
export function normals(source: UniformSource): () => number {
  let kept: number | undefined;
  return () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - source.uniform()));
    const angle = 2 * Math.PI * source.uniform();
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

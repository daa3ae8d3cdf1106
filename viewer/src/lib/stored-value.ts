/** Stored values behind displayed gray levels; exact only as far as 8 bits of the window go. */
import type { Source } from '../../../shared/manifest/plan.ts';

/** Stored value of a gray level, 0 … 255. */
export function storedValue({ window: [low, high] }: Pick<Source, 'window'>, gray: number): number {
  return low + (gray / 255) * (high - low);
}

/** A difference of gray levels in stored values. */
export function storedSpread({ window: [low, high] }: Pick<Source, 'window'>, grays: number): number {
  return (grays / 255) * (high - low);
}

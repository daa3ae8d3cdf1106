/**
 * Sanity check: a map that does not change when the model forgets does not explain the model.
 * Adebayo et al. 2018, section 3; the criterion of Arun et al. 2021: the map passes where its similarity to the
 * map of the fully randomized model is below that of maps of different images, which share nothing.
 */
import type { Extent } from '../segmentation/extent.ts';
import { rankCorrelation } from './agreement.ts';
import { structuralSimilarity } from './structural-similarity.ts';

export interface RandomizationCheck {
  /** Similarity to the map of the trained model, per number of randomized layers, in the given order. */
  readonly layers: readonly { readonly similarity: number; readonly rankCorrelation: number }[];
  /** Mean similarity of the pairs of unrelated maps. */
  readonly threshold: number;
  readonly passed: boolean;
}

/**
 * `randomized`: maps of one image, the last one of the fully randomized model. `unrelated`: pairs of maps of
 * different images by the same method. All are [H, W].
 */
export function randomizationCheck(
  trained: ArrayLike<number>,
  randomized: readonly ArrayLike<number>[],
  unrelated: readonly (readonly [ArrayLike<number>, ArrayLike<number>])[],
  extent: Extent,
): RandomizationCheck {
  if (randomized.length === 0 || unrelated.length === 0) {
    throw new RangeError(
      `randomizationCheck: expected at least one randomized map and one unrelated pair, got ${randomized.length} and ${unrelated.length}`,
    );
  }
  const layers = randomized.map((map) => ({
    similarity: structuralSimilarity(trained, map, extent),
    rankCorrelation: rankCorrelation(trained, map),
  }));
  const threshold =
    unrelated.reduce((sum, [a, b]) => sum + structuralSimilarity(a, b, extent), 0) / unrelated.length;
  return { layers, threshold, passed: layers.at(-1)!.similarity < threshold };
}

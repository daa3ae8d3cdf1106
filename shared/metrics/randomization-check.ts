/**
 * Sanity check: a map that does not change when the model forgets does not explain the model.
 * Adebayo et al. 2018, section 3; the criterion follows Arun et al. 2021: the map passes where its similarity to
 * the map of the wholly randomized model is below that of random pairs of maps.
 *
 * Deviations. The pairs are the trained model's map and the randomized model's at another place (`movedCopies`), so
 * that both textures are those that are compared. The threshold is the 95th percentile of the pairs, a permutation
 * test: Arun's mean is meant for an average over many images, and for a single one a method that shares nothing
 * would fail every other time. Similarity is that of the magnitudes, since a map that only flips its sign still
 * draws the same picture.
 */
import type { Extent } from '../segmentation/extent.ts';
import { rankCorrelation } from './agreement.ts';
import { quantile } from './quantile.ts';
import { structuralSimilarity } from './structural-similarity.ts';

export interface RandomizedMap {
  /** Layers randomized, counted from the scores. */
  readonly layers: number;
  /** [H, W] */
  readonly map: ArrayLike<number>;
}

export interface RandomizationCheck {
  readonly stages: readonly {
    readonly layers: number;
    /** Structural similarity of the magnitudes to those of the trained model's map. */
    readonly similarity: number;
    /** Spearman's, of the signed maps. */
    readonly rankCorrelation: number;
  }[];
  readonly control: { readonly pairs: number; readonly mean: number; readonly threshold: number };
  readonly passed: boolean;
}

/** Share of the pairs that must be more alike than the map and that of the wholly randomized model. */
const LEVEL = 0.95;

/**
 * `randomized`: maps of one image, the last one of the wholly randomized model. `moved`: maps that share no place with
 * the trained model's. All are [H, W].
 */
export function randomizationCheck(
  trained: ArrayLike<number>,
  randomized: readonly RandomizedMap[],
  moved: readonly ArrayLike<number>[],
  extent: Extent,
): RandomizationCheck {
  if (randomized.length === 0 || moved.length === 0) {
    throw new RangeError(
      `randomizationCheck: expected at least one randomized map and one moved map, got ${randomized.length} and ${moved.length}`,
    );
  }
  const strength = magnitudes(trained);
  const similarity = (map: ArrayLike<number>): number =>
    structuralSimilarity(strength, magnitudes(map), extent);
  const stages = randomized.map(({ layers, map }) => ({
    layers,
    similarity: similarity(map),
    rankCorrelation: rankCorrelation(trained, map),
  }));
  const pairs = moved.map(similarity);
  const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
  const threshold = quantile(pairs, LEVEL);
  const passed = stages.at(-1)!.similarity < threshold;
  return { stages, control: { pairs: pairs.length, mean, threshold }, passed };
}

const magnitudes = (map: ArrayLike<number>): Float64Array => Float64Array.from(map, Math.abs);

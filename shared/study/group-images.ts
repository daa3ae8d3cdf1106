/**
 * Which images must not be parted: near-duplicates (in any orientation, unless said) and images of one patient, transitively.
 * A model that has seen one of them in training knows the others, so they would flatter the test.
 */
import { DisjointSets } from './disjoint-sets.ts';
import { nearDuplicates } from './near-duplicates.ts';
import type { OrientedHashes } from './perceptual-hash.ts';

export interface GroupedImage {
  readonly hashes: OrientedHashes;
  /** Any text that is equal for images of one patient; null where it is not known. */
  readonly patient: string | null;
}

/** The group number of each image, from 0 in the order of the groups' first images. `upright`: turned copies count as others. */
export function groupImages(
  images: readonly GroupedImage[],
  twins: 'any-way' | 'upright' = 'any-way',
): number[] {
  const sets = new DisjointSets(images.length);
  const hashes = images.map(({ hashes: { upright, orientations } }) => ({
    upright,
    orientations: twins === 'upright' ? [upright] : orientations,
  }));
  for (const [a, b] of nearDuplicates(hashes)) sets.union(a, b);
  const firstOf = new Map<string, number>();
  images.forEach(({ patient }, image) => {
    if (patient === null) return;
    const first = firstOf.get(patient);
    if (first === undefined) firstOf.set(patient, image);
    else sets.union(first, image);
  });
  return sets.numbers();
}

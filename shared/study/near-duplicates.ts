/**
 * Pairs of images whose hashes differ in at most `threshold` bits, by multi-index hashing (Norouzi, Punjani & Fleet
 * 2012): of threshold + 1 disjoint bands of bits, two such hashes agree in at least one, so only images that share
 * a band's value are compared. Exact. A band takes every (threshold + 1)-th bit, since neighboring bits of a dark
 * margin are zero in every image and would put all of them into one bucket.
 */
import { hammingDistance, type OrientedHashes, type PerceptualHash } from './perceptual-hash.ts';

/**
 * Largest distance of two images taken for one. In br35h the twins of 0 to 10 bits that were looked at were the
 * same slice (another coding, size, contrast or side), and no group mixes the classes up to 28; in chest
 * radiographs, which all look alike, unrelated children begin to chain together at 14.
 */
export const NEAR_DUPLICATE_BITS = 10;

const BITS = 256;

/** Every pair (i, j), i ≠ j, some orientation of i within `threshold` bits of j; a pair may come more than once. */
export function* nearDuplicates(
  images: readonly OrientedHashes[],
  threshold: number = NEAR_DUPLICATE_BITS,
): Generator<readonly [number, number]> {
  const bands = threshold + 1;
  const tables = Array.from({ length: bands }, () => new Map<number, number[]>());
  images.forEach(({ upright }, image) => {
    tables.forEach((table, band) => {
      const value = bandOf(upright, band, bands);
      const bucket = table.get(value);
      if (bucket === undefined) table.set(value, [image]);
      else bucket.push(image);
    });
  });
  for (const [image, { orientations }] of images.entries()) {
    for (const hash of orientations) {
      for (const [band, table] of tables.entries()) {
        for (const other of table.get(bandOf(hash, band, bands)) ?? []) {
          if (other !== image && hammingDistance(hash, images[other]!.upright) <= threshold) {
            yield [image, other];
          }
        }
      }
    }
  }
}

/** Bits band, band + bands, band + 2·bands, … as one number (exact: at most 53 of them for 5 bands or more). */
function bandOf(hash: PerceptualHash, band: number, bands: number): number {
  let value = 0;
  for (let bit = band; bit < BITS; bit += bands) {
    value = value * 2 + ((hash[bit >>> 5]! >>> (bit & 31)) & 1);
  }
  return value;
}

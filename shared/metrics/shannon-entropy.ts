/**
 * Information of an image by Shannon's entropy (1948), in bytes: Σ over channels of pixels · H / 8, where H is the
 * entropy of each pixel's difference from its left neighbor (in the first column, from the one above).
 *
 * Differences, because the entropy of the gray levels themselves grows when an image is blurred. Unlike a codec's
 * file size it depends on no version; unlike it, it sees no structure beyond the neighbor.
 */
import type { GrayLevelImage } from './gray-levels.ts';

export function shannonEntropy({ height, width, channels, data }: GrayLevelImage): number {
  const pixels = height * width;
  let bits = 0;
  for (let c = 0; c < channels; c++) {
    const counts = new Uint32Array(256);
    for (let p = 0; p < pixels; p++) {
      const neighbor = p % width > 0 ? p - 1 : p - width;
      const foretold = neighbor >= 0 ? data[neighbor * channels + c]! : 0;
      counts[(data[p * channels + c]! - foretold) & 255]!++;
    }
    for (const count of counts) if (count > 0) bits -= count * Math.log2(count / pixels);
  }
  return bits / 8;
}

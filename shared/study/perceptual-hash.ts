/**
 * Difference hash (Krawetz 2013, "Kind of like that"): an image shrunk to 17 × 16 gray pixels, one bit for each
 * horizontal neighbor pair, set where the right pixel is the brighter one. 256 bits; pictures that differ by
 * coding, size or brightness differ in few of them.
 *
 * Public sets hold mirrored and turned copies of one picture (br35h: over a thousand), so an image also has the
 * hashes of its eight orientations: itself and its mirror image, each turned by 0, 90, 180 and 270°.
 */
import { type Extent, resizePlane } from '../imaging/resize.ts';

const ROWS = 16;
const COLUMNS = 17;
const WORDS = (ROWS * (COLUMNS - 1)) / 32;

/** 256 bits as eight unsigned words. */
export type PerceptualHash = Uint32Array;

export interface OrientedHashes {
  readonly upright: PerceptualHash;
  /** All eight, `upright` first. */
  readonly orientations: readonly PerceptualHash[];
}

/** `plane` [height, width], gray, any unit: only order matters. */
export function orientedHashes(plane: Float32Array, extent: Extent): OrientedHashes {
  const lying = resizePlane(plane, extent, { width: COLUMNS, height: ROWS });
  const standing = transposed(resizePlane(plane, extent, { width: ROWS, height: COLUMNS }));
  const orientations = [lying, standing].flatMap((small) => [
    hashOf(small, 1, 1),
    hashOf(small, -1, 1),
    hashOf(small, 1, -1),
    hashOf(small, -1, -1),
  ]);
  return { upright: orientations[0]!, orientations };
}

/** Number of bits in which two hashes differ, 0 to 256. */
export function hammingDistance(a: PerceptualHash, b: PerceptualHash): number {
  let distance = 0;
  for (let word = 0; word < WORDS; word++) distance += bitsSet(a[word]! ^ b[word]!);
  return distance;
}

/** Warren, Hacker's Delight, figure 5-2. */
function bitsSet(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** [17, 16] -> [16, 17]. */
function transposed(plane: Float32Array): Float32Array {
  return Float32Array.from(plane, (_, i) => plane[(i % COLUMNS) * ROWS + Math.floor(i / COLUMNS)]!);
}

/** The hash of a [16, 17] plane read in the given directions: −1 mirrors columns, −1 turns rows upside down. */
function hashOf(plane: Float32Array, alongColumns: 1 | -1, alongRows: 1 | -1): PerceptualHash {
  const hash = new Uint32Array(WORDS);
  for (let bit = 0; bit < 32 * WORDS; bit++) {
    const row = Math.floor(bit / (COLUMNS - 1));
    const column = bit % (COLUMNS - 1);
    const line = (alongRows === 1 ? row : ROWS - 1 - row) * COLUMNS;
    const first = alongColumns === 1 ? column : COLUMNS - 1 - column;
    if (plane[line + first + alongColumns]! > plane[line + first]!) {
      hash[bit >>> 5] = hash[bit >>> 5]! | (1 << (bit & 31));
    }
  }
  return hash;
}

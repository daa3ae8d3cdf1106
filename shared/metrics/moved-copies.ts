/**
 * Copies of a map at other places: turned round an axis or not, then moved cyclically by at least a quarter of a
 * side. They keep the values and the texture of the map and share no place with it: the random control of metrics
 * that compare two maps.
 */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import type { Extent } from '../segmentation/extent.ts';

/** `count` copies of a map [H, W]. */
export function movedCopies(
  map: ArrayLike<number>,
  extent: Extent,
  random: UniformSource,
  count: number,
): Float64Array[] {
  return Array.from({ length: count }, () => movedCopy(map, extent, random));
}

function movedCopy(map: ArrayLike<number>, { height, width }: Extent, random: UniformSource): Float64Array {
  const far = (side: number): number => Math.round(side * (0.25 + 0.5 * random.uniform()));
  const near = (side: number): number => Math.floor(side * random.uniform());
  const [down, along] = random.uniform() < 0.5 ? [far(height), near(width)] : [near(height), far(width)];
  const [upended, mirrored] = [random.uniform() < 0.5, random.uniform() < 0.5];
  const out = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = ((upended ? height - 1 - y : y) + down) % height;
    for (let x = 0; x < width; x++) {
      const column = ((mirrored ? width - 1 - x : x) + along) % width;
      out[row * width + column] = map[y * width + x]!;
    }
  }
  return out;
}

/**
 * Maps that know nothing of the model. A metric that ranks them near a real explanation does not measure
 * explanations on this image; so their scores stand beside every other.
 */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import type { Extent } from '../segmentation/extent.ts';

/** [H, W] uniform random numbers. */
function randomMap({ height, width }: Extent, random: UniformSource): Float64Array {
  return Float64Array.from({ length: height * width }, () => random.uniform());
}

/** [H, W] magnitude of Sobel's gradient (3×3), summed over row-major planes; edges are held at the border. */
function edgeMap(planes: readonly ArrayLike<number>[], { height, width }: Extent): Float64Array {
  const out = new Float64Array(height * width);
  for (const plane of planes) {
    const at = (y: number, x: number): number => {
      const row = Math.min(height - 1, Math.max(0, y));
      return plane[row * width + Math.min(width - 1, Math.max(0, x))]!;
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const left = at(y - 1, x - 1) + 2 * at(y, x - 1) + at(y + 1, x - 1);
        const right = at(y - 1, x + 1) + 2 * at(y, x + 1) + at(y + 1, x + 1);
        const above = at(y - 1, x - 1) + 2 * at(y - 1, x) + at(y - 1, x + 1);
        const below = at(y + 1, x - 1) + 2 * at(y + 1, x) + at(y + 1, x + 1);
        out[y * width + x]! += Math.hypot(right - left, below - above);
      }
    }
  }
  return out;
}

/** Both controls of an image, by the names under which they are reported. */
export function controlMaps(
  planes: readonly ArrayLike<number>[],
  extent: Extent,
  random: UniformSource,
): { readonly random: Float64Array; readonly edges: Float64Array } {
  return { random: randomMap(extent, random), edges: edgeMap(planes, extent) };
}

/** The pixels an information curve starts from: ⌊fraction · H · W⌋ of them, drawn without replacement. */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import type { Extent } from '../segmentation/extent.ts';

/** [H, W], 1 where the pixel is known. The same seed mask serves all maps of an image, to compare them fairly. */
export function seedMask({ height, width }: Extent, random: UniformSource, fraction = 0.01): Uint8Array {
  const pixels = height * width;
  const mask = new Uint8Array(pixels);
  let left = Math.floor(fraction * pixels);
  for (let p = 0; p < pixels && left > 0; p++) {
    if (random.uniform() * (pixels - p) >= left) continue;
    mask[p] = 1;
    left--;
  }
  return mask;
}

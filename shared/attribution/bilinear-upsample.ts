/** A small map stretched over the image, bilinear, pixel centers aligned: u = (x + ½)·w/W − ½, edges held. */
import type { Extent } from '../segmentation/extent.ts';

export function bilinearUpsample(map: Float64Array, from: Extent, to: Extent): Float64Array {
  const out = new Float64Array(to.height * to.width);
  const rows = taps(from.height, to.height);
  const columns = taps(from.width, to.width);
  for (let y = 0; y < to.height; y++) {
    const row = rows[y]!;
    for (let x = 0; x < to.width; x++) {
      const column = columns[x]!;
      const upper = mix(
        map[row.first * from.width + column.first]!,
        map[row.first * from.width + column.second]!,
        column.share,
      );
      const lower = mix(
        map[row.second * from.width + column.first]!,
        map[row.second * from.width + column.second]!,
        column.share,
      );
      out[y * to.width + x] = mix(upper, lower, row.share);
    }
  }
  return out;
}

const mix = (a: number, b: number, share: number): number => a + share * (b - a);

function taps(from: number, to: number): { first: number; second: number; share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.floor(at);
    return { first, second: Math.min(from - 1, first + 1), share: at - first };
  });
}

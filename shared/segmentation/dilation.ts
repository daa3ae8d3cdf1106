/**
 * Dilation of regions by a disk: a pixel belongs to the result where a pixel of the region lies within
 * x² + y² ≤ radius². Done by runs: every run of region pixels in a row, widened by the half width of the disk at each
 * height, opens and closes an interval in the row at that height; pixels inside any interval are in the result.
 */
import { type Regions, regionPixels, regionsOf } from './regions.ts';

/** Every region dilated, clipped at the image border. */
export function dilateByDisk(regions: Regions, radius: number): Regions {
  const { height, width } = regions;
  const halfWidths = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius * radius - (i - radius) ** 2)),
  );
  const stride = width + 1;
  /** [height, width + 1]: intervals opened less intervals closed at each place of a row; all 0 between regions. */
  const opened = new Int32Array(height * stride);
  const found = new Uint32Array(height * width);
  const lists = Array.from({ length: regions.count }, (_, r) => {
    const pixels = regionPixels(regions, r);
    const open = (from: number, to: number, y: number): void => {
      const last = Math.min(height - 1, y + radius);
      for (let row = Math.max(0, y - radius); row <= last; row++) {
        const halfWidth = halfWidths[row - y + radius]!;
        opened[row * stride + Math.max(0, from - halfWidth)]!++;
        opened[row * stride + Math.min(width, to + halfWidth + 1)]!--;
      }
    };
    forEachRun(pixels, width, open);
    const top = Math.max(0, Math.floor(pixels[0]! / width) - radius);
    const bottom = Math.min(height - 1, Math.floor(pixels.at(-1)! / width) + radius);
    let count = 0;
    for (let y = top; y <= bottom; y++) {
      let inside = 0;
      for (let x = 0; x < width; x++) {
        inside += opened[y * stride + x]!;
        if (inside > 0) found[count++] = y * width + x;
      }
    }
    opened.fill(0, top * stride, (bottom + 1) * stride);
    return found.slice(0, count);
  });
  return regionsOf(height, width, lists);
}

/** Visits the runs of neighbors within a row: first and last column, and the row. `pixels` ascend. */
function forEachRun(
  pixels: Uint32Array,
  width: number,
  visit: (from: number, to: number, y: number) => void,
): void {
  let first = 0;
  for (let i = 1; i <= pixels.length; i++) {
    const y = Math.floor(pixels[first]! / width);
    const goesOn = i < pixels.length && pixels[i] === pixels[i - 1]! + 1 && pixels[i]! < (y + 1) * width;
    if (goesOn) continue;
    visit(pixels[first]! - y * width, pixels[i - 1]! - y * width, y);
    first = i;
  }
}

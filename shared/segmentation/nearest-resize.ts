/**
 * Nearest-neighbor resize of a label map: input pixel = round((output + ½)·(in/out) − ½), in this order of
 * operations, because rounding decides ties (scipy.ndimage.zoom, order 0, grid mode).
 */
import type { Extent } from './extent.ts';

export function nearestResize(labels: Int32Array, from: Extent, to: Extent): Int32Array {
  const source = (o: number, extentFrom: number, extentTo: number): number =>
    Math.min(extentFrom - 1, Math.max(0, Math.round((o + 0.5) * (extentFrom / extentTo) - 0.5)));
  const columns = Int32Array.from({ length: to.width }, (_, x) => source(x, from.width, to.width));
  const out = new Int32Array(to.height * to.width);
  for (let y = 0; y < to.height; y++) {
    const row = source(y, from.height, to.height) * from.width;
    for (let x = 0; x < to.width; x++) out[y * to.width + x] = labels[row + columns[x]!]!;
  }
  return out;
}

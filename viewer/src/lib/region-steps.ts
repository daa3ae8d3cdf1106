/**
 * XRAI step by step: the regions of highest mean attribution until they cover a share of the image, and the rest
 * in the dark (Kapishnikov et al. 2019, figure 1). Regions keep together: a step may cover more than asked for.
 */
import type { AttributionMap } from './attribution-map.ts';

/** Shares of the image, in percent; 0 stands for the map in colors. */
export const regionSteps = [0, 1, 2, 5, 10, 20, 50, 100] as const;

/** The value from which on a pixel belongs to the `percent` % of the area with the highest values. */
export function stepThreshold({ values }: AttributionMap, percent: number): number {
  const sorted = Float32Array.from(values).sort();
  const kept = Math.max(1, Math.round((sorted.length * Math.min(percent, 100)) / 100));
  return sorted[sorted.length - kept]!;
}

/** RGBA [H, W, 4]: nothing over the regions of the step, `veil` (0 … 255) of black over the rest. */
export function stepVeil(map: AttributionMap, threshold: number, veil = 215): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * map.values.length);
  map.values.forEach((value, i) => {
    if (value < threshold) pixels[4 * i + 3] = veil;
  });
  return pixels;
}

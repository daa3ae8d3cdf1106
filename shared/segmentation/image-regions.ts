/**
 * The regions XRAI, LIME and KernelSHAP work on: Felzenszwalb segments of the image at several scales.
 * Kapishnikov et al. 2019, "XRAI: better attributions through regions", section 3.1; constants as in PAIR
 * saliency 0.2.1: the image stretched to [−1, 1] and 224×224, six scales, dilation by a disk of radius 5.
 *
 * Weak where contrast is low, and on very large or elongated images: all are judged at 224×224.
 */
import { cubicSplineResize } from './cubic-spline-resize.ts';
import { dilateByDisk } from './dilation.ts';
import type { Extent } from './extent.ts';
import { edgeGraph, felzenszwalb } from './felzenszwalb.ts';
import { nearestResize } from './nearest-resize.ts';
import { type Regions, regionsOfLabels } from './regions.ts';

const XRAI_SCALES: readonly number[] = [50, 100, 150, 250, 500, 1200];
const SIGMA = 0.8;
const MIN_SIZE = 150;
const DILATION_RADIUS = 5;
const WORKING: Extent = { height: 224, width: 224 };

/** One label map [height, width] per scale, at the size of the image. `planes`: one row-major plane a channel. */
export function segmentAtScales(
  planes: readonly Float64Array[],
  extent: Extent,
  scales: readonly number[] = XRAI_SCALES,
): Int32Array[] {
  const working = segmentationImage(planes, extent);
  const graph = edgeGraph(working, WORKING.height, WORKING.width, SIGMA);
  return scales.map((scale) => nearestResize(felzenszwalb(graph, scale, MIN_SIZE), WORKING, extent));
}

/** All segments of all scales, dilated so that they overlap a little at the edges they found. */
export function xraiRegions(planes: readonly Float64Array[], extent: Extent): Regions {
  const maps = segmentAtScales(planes, extent);
  return dilateByDisk(regionsOfLabels(extent.height, extent.width, maps), DILATION_RADIUS);
}

/** The image stretched to [−1, 1] over all channels and resized to 224×224; a constant image is all zero. */
export function segmentationImage(planes: readonly Float64Array[], extent: Extent): Float64Array[] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const plane of planes) {
    for (let i = 0; i < plane.length; i++) {
      const value = plane[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const span = high - low;
  return planes.map((plane) => {
    const stretched = new Float64Array(plane.length);
    if (span > 0) {
      for (let i = 0; i < plane.length; i++) stretched[i] = ((plane[i]! - low) / span) * 2 - 1;
    }
    return cubicSplineResize(stretched, extent, WORKING, [-1, 1]);
  });
}

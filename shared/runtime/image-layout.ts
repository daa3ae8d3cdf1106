/** Where an image input keeps its channels, from its extents alone: images have 1 or 3 of them, fewer have 2 or 4. */
import type { Classifier } from './classifier.ts';

type Layout = Classifier['layout'];

/**
 * The layout of one image of these extents (undefined where open); undefined where either could be meant, or neither.
 */
export function layoutOf(extents: readonly (number | undefined)[]): Layout | undefined {
  const [first, middle, last] = extents;
  const [before, after] = [likeChannels(first), likeChannels(last)];
  if (before !== after) return before > after ? 'NCHW' : 'NHWC';
  // One pixel lies the same way in both.
  return first === 1 && middle === 1 && last === 1 ? 'NCHW' : undefined;
}

function likeChannels(extent: number | undefined): number {
  if (extent === 1 || extent === 3) return 2;
  return extent === 2 || extent === 4 ? 1 : 0;
}

/** Where a map lies in a square that holds the whole image, centerd: CSS percentages of the square. */
import type { Source } from '../../../shared/manifest/plan.ts';

export interface ThumbnailPlace {
  readonly left: string;
  readonly top: string;
  readonly width: string;
  readonly height: string;
}

export function thumbnailPlace({
  width,
  height,
  placement,
}: Pick<Source, 'width' | 'height' | 'placement'>): ThumbnailPlace {
  const side = Math.max(width, height);
  const share = (value: number) => `${(100 * value) / side}%`;
  return {
    left: share((side - width) / 2 + placement.x),
    top: share((side - height) / 2 + placement.y),
    width: share(placement.width),
    height: share(placement.height),
  };
}

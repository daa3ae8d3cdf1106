/**
 * Where a model's input lies on its source image.
 *
 * stretch: the whole source, aspect ratio ignored. pad: the whole source, undistorted up to whole pixels,
 * centered, black borders. crop: the largest centered rectangle of the input's aspect ratio.
 */
import type { ModelCard } from '../manifest/model-card.ts';
import type { Extent, Rectangle } from './resize.ts';

export interface Placement {
  /** The rectangle of the source, in source pixels, that the input covers; with `pad` it reaches outside. */
  readonly covered: Rectangle;
  /** The part of the source that is resampled; inside the source. */
  readonly region: Rectangle;
  /** Where the resampled part lies in the input, in whole input pixels; all of it unless padded. */
  readonly target: Rectangle;
}

/** The placement of `source` (pixels) in an input of `input` pixels. */
export function placementOf(source: Extent, input: Extent, resize: ModelCard['input']['resize']): Placement {
  const whole: Rectangle = { x: 0, y: 0, width: source.width, height: source.height };
  const full: Rectangle = { x: 0, y: 0, width: input.width, height: input.height };
  if (resize === 'stretch') return { covered: whole, region: whole, target: full };
  if (resize === 'crop') {
    const scale = Math.min(source.width / input.width, source.height / input.height);
    const region = centered(source, { width: input.width * scale, height: input.height * scale });
    return { covered: region, region, target: full };
  }
  return padded(source, input, whole);
}

function padded(source: Extent, input: Extent, whole: Rectangle): Placement {
  const scale = Math.min(input.width / source.width, input.height / source.height);
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const x = Math.floor((input.width - width) / 2);
  const y = Math.floor((input.height - height) / 2);
  const pixelWidth = source.width / width;
  const pixelHeight = source.height / height;
  const covered = {
    x: x === 0 ? 0 : -x * pixelWidth,
    y: y === 0 ? 0 : -y * pixelHeight,
    width: input.width * pixelWidth,
    height: input.height * pixelHeight,
  };
  return { covered, region: whole, target: { x, y, width, height } };
}

function centered(source: Extent, size: Extent): Rectangle {
  return { x: (source.width - size.width) / 2, y: (source.height - size.height) / 2, ...size };
}

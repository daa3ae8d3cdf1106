/** Where the channels, rows and columns of a model's input lie. */
import type { Classifier } from '../runtime/classifier.ts';
import type { Extent } from '../segmentation/extent.ts';

export interface ImageGeometry extends Extent {
  readonly channels: number;
  /** Flat index of (channel, row, column) = channel·channelStride + (row·width + column)·pixelStride. */
  readonly channelStride: number;
  readonly pixelStride: number;
}

/** Geometry of [C, H, W] (NCHW) or [H, W, C] (NHWC); a two-axis input counts as one channel. */
export function geometryOf({ layout, inputShape }: Pick<Classifier, 'layout' | 'inputShape'>): ImageGeometry {
  if (layout === 'NCHW') {
    const [channels, height, width] = inputShape.length === 2 ? [1, ...inputShape] : inputShape;
    return {
      channels: channels!,
      height: height!,
      width: width!,
      channelStride: height! * width!,
      pixelStride: 1,
    };
  }
  const [height, width, channels = 1] = inputShape;
  return { channels, height: height!, width: width!, channelStride: 1, pixelStride: channels };
}

/** Flat index -> channel. */
export function channelOf(model: Pick<Classifier, 'layout' | 'inputShape'>): (index: number) => number {
  const { channels, channelStride, pixelStride } = geometryOf(model);
  return channelStride === 1 && channels > 1
    ? (index) => index % pixelStride
    : (index) => Math.floor(index / channelStride) % channels;
}

/** One row-major [height, width] float64 plane per channel, copied. */
export function planesOf(
  model: Pick<Classifier, 'layout' | 'inputShape'>,
  values: ArrayLike<number>,
): Float64Array[] {
  const { channels, height, width, channelStride, pixelStride } = geometryOf(model);
  return Array.from({ length: channels }, (_, c) =>
    Float64Array.from({ length: height * width }, (__, p) => values[c * channelStride + p * pixelStride]!),
  );
}

/** Flat index -> pixel (row·width + column), for every element of the input. */
export function pixelIndices(model: Pick<Classifier, 'layout' | 'inputShape'>): Uint32Array {
  const { channels, height, width, channelStride, pixelStride } = geometryOf(model);
  const pixels = new Uint32Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < height * width; p++) pixels[c * channelStride + p * pixelStride] = p;
  }
  return pixels;
}

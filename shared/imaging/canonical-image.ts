/**
 * Source image -> float32 planes in [0, 1]: v = clip((stored − low) / (high − low)).
 *
 * The window of an 8-bit image is [0, 255], always: training pipelines divide by 255. A 16-bit file may hold
 * 10-, 12- or 14-bit values (DICOM BitsStored, PS3.5 8.1.1) unscaled, so its window is [0, 2^k − 1] for the
 * least k of 8, 10, 12, 14, 16 that holds the largest value, unless the bits are known. Images of one series can
 * so get different windows, by one bright pixel: `windowWarning` says what was taken. It is never stretched to the image's own extremes:
 * that would make a blank image look like a bright one.
 */
import { PermanentFault } from '../errors.ts';
import type { SourceImage } from './source-image.ts';

/** Stored values shown as black and as white: [low, high], low < high. */
export type Window = readonly [low: number, high: number];

export interface CanonicalImage {
  readonly width: number;
  readonly height: number;
  /** One plane (gray) or three (red, green, blue), each height · width, row-major, in [0, 1]. */
  readonly planes: readonly Float32Array[];
}

const STORED_BITS = [8, 10, 12, 14, 16] as const;

/**
 * The default window; depends on the bit depth and, for 16 bit, on `bits` (the bits that are stored, 9 to 16) or else
 * on the largest value only. Throws PermanentFault `image-bits` where a value needs more bits than that.
 */
export function windowOf(
  { bitDepth, data }: Pick<SourceImage<string>, 'bitDepth' | 'data'>,
  bits?: number,
): [number, number] {
  if (bitDepth === 8) return [0, 255];
  let largest = 0;
  for (const value of data) if (value > largest) largest = value;
  const stored = bits ?? STORED_BITS.find((candidate) => largest < 2 ** candidate) ?? 16;
  if (largest < 2 ** stored) return [0, 2 ** stored - 1];
  throw new PermanentFault(`windowOf: expected values of ${stored} bits, got ${largest}`, {
    code: 'image-bits',
    remedy: 'Give the bits that the images were stored with (--bits).',
  });
}

/** What a reader must know of a window that was guessed; [] where it was not. */
export function windowWarning(
  { bitDepth }: Pick<SourceImage<string>, 'bitDepth'>,
  [, high]: Window,
): string[] {
  return bitDepth === 8
    ? []
    : [
        `The file does not say how many of its 16 bits are used: values were read from 0 (black) to ${high} (white), the least usual range that holds the largest. Images of one series can so be scaled differently.`,
      ];
}

/** New planes; the source is not changed. Throws PermanentFault for a window whose low end is not below its high. */
export function toCanonical(image: SourceImage<string>, window: Window = windowOf(image)): CanonicalImage {
  const [low, high] = window;
  if (!(low < high)) {
    throw new PermanentFault(`toCanonical: expected a window with low < high, got [${low}, ${high}]`, {
      code: 'image-window',
      remedy: 'Choose a window whose upper end is above its lower end.',
    });
  }
  const { width, height, channels, data } = image;
  const span = high - low;
  const planes = Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) {
      const value = (data[i * channels + channel]! - low) / span;
      plane[i] = Math.min(1, Math.max(0, value));
    }
    return plane;
  });
  return { width, height, planes };
}

/** Luma, ITU-R BT.601 7.1: 0.299 R + 0.587 G + 0.114 B (what PIL `L` and OpenCV `BGR2GRAY` compute). */
export function luma(red: Float32Array, green: Float32Array, blue: Float32Array): Float32Array {
  return red.map((value, i) => 0.299 * value + 0.587 * green[i]! + 0.114 * blue[i]!);
}

/** The image with one or three planes: luma for RGB to gray, the same plane thrice for gray to RGB. */
export function withChannels(image: CanonicalImage, channels: 1 | 3): CanonicalImage {
  if (image.planes.length === channels) return image;
  const [first, second, third] = image.planes as [Float32Array, Float32Array, Float32Array];
  const planes = channels === 1 ? [luma(first, second, third)] : [first, first, first];
  return { ...image, planes };
}

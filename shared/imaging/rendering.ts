/**
 * The picture that the site shows: 8-bit gray or RGB, windowed, at most 2048 pixels on its longer side.
 * It is made from pixels alone, so no metadata of the file can reach it. Text burnt into the pixels stays:
 * removing that needs a person or a detector, and nothing here claims otherwise.
 */
import { toCanonical, type Window, windowOf } from './canonical-image.ts';
import type { Raster } from './raster.ts';
import { resizePlane } from './resize.ts';
import type { SourceImage } from './source-image.ts';

export const renderingLimit = 2048;

/** The rendering of `image`; smaller images keep their size and, if 8-bit, their exact values. */
export function renderSource(image: SourceImage, window: Window = windowOf(image)): Raster {
  const { planes } = toCanonical(image, window);
  const scale = Math.min(1, renderingLimit / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const data = new Uint8ClampedArray(width * height * image.channels);
  planes.forEach((plane, channel) => {
    const scaled = scale === 1 ? plane : resizePlane(plane, image, { width, height });
    for (let i = 0; i < scaled.length; i++) data[i * image.channels + channel] = scaled[i]! * 255;
  });
  return { width, height, channels: image.channels, data };
}

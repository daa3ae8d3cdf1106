/** A rendering as the page's picture: RGBA. */
import type { Raster } from '../../../shared/imaging/raster.ts';
import type { Picture } from './load-picture.ts';

export function rasterPicture({ width, height, channels, data }: Raster): Picture {
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[i * channels + (channels === 1 ? 0 : c)]!;
    pixels[4 * i + 3] = 255;
  }
  return { width, height, pixels };
}

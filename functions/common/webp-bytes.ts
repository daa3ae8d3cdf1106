/** The size of an image as lossless WebP: the information estimator of the information curves. */
import sharp from 'sharp';
import type { GrayLevelImage } from '../../shared/metrics/gray-levels.ts';

export async function webpBytes({ width, height, channels, data }: GrayLevelImage): Promise<number> {
  const image = sharp(data, { raw: { width, height, channels: channels as 1 | 3 } });
  return (await image.webp({ lossless: true, effort: 0 }).toBuffer()).length;
}

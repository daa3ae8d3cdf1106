/**
 * A PNG or JPEG file of this device -> stored pixel values, through the browser's own decoder. As in the
 * pipeline what can be judged from the header is judged first, color profiles are ignored, and transparent
 * parts are laid on black. Unlike there: 8 bits a value at most, since a browser's canvas holds no more.
 */
import { PermanentFault } from '../../../shared/errors.ts';
import { fileKind } from '../../../shared/imaging/file-kind.ts';
import { corrupt, type ImageHeader, truncated } from '../../../shared/imaging/image-header.ts';
import { readJpegHeader } from '../../../shared/imaging/jpeg-header.ts';
import { readPngHeader } from '../../../shared/imaging/png-header.ts';
import type { SourceImage } from '../../../shared/imaging/source-image.ts';

/** What every current browser's canvas holds: 4096 × 4096. */
export const mostPixels = 16_777_216;

/** Throws PermanentFault (codes `image-*`) for anything but one whole PNG or JPEG of at most `mostPixels`. */
export async function openImage(file: Blob): Promise<SourceImage> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const format = fileKind(bytes);
  if (format !== 'png' && format !== 'jpeg') {
    throw new PermanentFault(`open image: expected a PNG or JPEG file, got ${format}`, {
      code: 'image-format',
      remedy: 'Export the picture as PNG or JPEG and drop that.',
    });
  }
  const header = format === 'png' ? readPngHeader(bytes) : readJpegHeader(bytes);
  refuseByHeader(header);
  const pixels = await decode(file);
  const gray = isGray(format, header, bytes);
  const warnings =
    header.sampleBits > 8
      ? [`The file holds ${header.sampleBits} bits a value; the browser read 8. The pipeline reads all.`]
      : [];
  return { ...toStored(pixels, gray), bitDepth: 8, format, spacing: null, warnings };
}

function refuseByHeader({ width, height, complete, frames, unsupported }: ImageHeader): void {
  if (width === 0 || height === 0) throw corrupt(`an image of ${width} by ${height} pixels`);
  if (width * height > mostPixels) {
    throw new PermanentFault(`open image: expected at most ${mostPixels} pixels, got ${width} by ${height}`, {
      code: 'image-too-large',
      remedy: 'Scale the picture down, or let the pipeline explain it: it reads larger ones.',
    });
  }
  if (frames > 1 || unsupported !== null) {
    throw new PermanentFault(
      `open image: expected one still picture, got ${unsupported ?? `${frames} frames`}`,
      {
        code: 'image-unsupported',
        remedy: 'Export a single picture as PNG.',
      },
    );
  }
  if (!complete) throw truncated('its end mark');
}

async function decode(file: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' }).catch((cause: unknown) => {
    throw corrupt('one that the browser refuses (damaged or not to the standard)', cause);
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { alpha: false })!;
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/** PNG color types 0 and 4; JPEGs of one component. */
const isGray = (format: 'png' | 'jpeg', { samples }: ImageHeader, bytes: Uint8Array): boolean =>
  format === 'png' ? bytes[25] === 0 || bytes[25] === 4 : samples === 1;

function toStored(
  { width, height, data }: ImageData,
  gray: boolean,
): Pick<SourceImage, 'width' | 'height' | 'channels' | 'data'> {
  const channels = gray ? 1 : 3;
  const stored = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) stored[i * channels + c] = data[4 * i + c]!;
  }
  return { width, height, channels, data: stored };
}

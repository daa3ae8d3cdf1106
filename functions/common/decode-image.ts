/**
 * PNG and JPEG files -> stored pixel values, through libvips (sharp), strictly.
 *
 * Everything that can be judged from the header is judged before a pixel is decoded: what the file is, how
 * large it would become, whether it is whole. libvips then decodes with every warning an error. Color
 * profiles are ignored, as the pipelines that models are trained with (PIL, OpenCV) ignore them.
 * Every refusal is a PermanentFault: the same bytes will fail again.
 */
import sharp from 'sharp';
import { PermanentFault } from '../../shared/errors.ts';
import { type FileKind, fileKind } from '../../shared/imaging/file-kind.ts';
import { corrupt, type ImageHeader, truncated } from '../../shared/imaging/image-header.ts';
import { readJpegHeader } from '../../shared/imaging/jpeg-header.ts';
import { readPngHeader } from '../../shared/imaging/png-header.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';

// Each file is decoded once: libvips' operation cache would only keep patients' pixels in memory.
sharp.cache(false);

export interface DecodeOptions {
  /** The file name's extension (`png`, with or without the dot), only to warn where the content differs. */
  readonly extension?: string;
  /** Refused above this many pixels. Default 100 million: 10,000 by 10,000, beyond any radiograph. */
  readonly maxPixels?: number;
}

const MAX_PIXELS = 100_000_000;
/** Decoded bytes per file byte. Radiographs stay below 100; a blank picture made to exhaust memory is near 1,000. */
const MAX_EXPANSION = 500;
/** Below this many decoded bytes no ratio is suspicious: a small blank image is only a blank image. */
const EXPANSION_FREE_BYTES = 64 * 1024 * 1024;
const TIMEOUT_SECONDS = 60;
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  png: ['png'],
  jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'],
};

/** The image in `bytes`. Throws PermanentFault (codes `image-*`) for anything but one whole PNG or JPEG. */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<SourceImage> {
  const { extension = '', maxPixels = MAX_PIXELS } = options;
  const format = recognize(bytes);
  const header = format === 'png' ? readPngHeader(bytes) : readJpegHeader(bytes);
  refuseByHeader(header, bytes.length, maxPixels);
  const warnings: string[] = [];
  const named = extension.replace(/^\./, '').toLowerCase();
  if (named !== '' && !EXTENSIONS[format]?.includes(named)) {
    warnings.push(`The file is a ${format.toUpperCase()}, though its name says otherwise.`);
  }
  const pixels = await decodePixels(bytes, maxPixels, warnings);
  return { ...flattenAlpha(pixels, warnings), format, spacing: null, warnings };
}

function recognize(bytes: Uint8Array): 'png' | 'jpeg' {
  if (bytes.length === 0) {
    throw new PermanentFault('decodeImage: expected a PNG or JPEG file, got an empty file', {
      code: 'image-empty',
      remedy: 'Upload the file again; its content did not arrive.',
    });
  }
  const kind = fileKind(bytes);
  if (kind === 'png' || kind === 'jpeg') return kind;
  throw new PermanentFault(`decodeImage: expected a PNG or JPEG file, got ${nameOf(kind)}`, {
    code: 'image-format',
    remedy: 'Export the picture as PNG (lossless, 8 or 16 bit) or JPEG and upload that.',
    details: { kind },
  });
}

function nameOf(kind: FileKind): string {
  if (kind === 'unknown binary') return 'a file of unknown kind';
  return kind === 'text' ? 'plain text' : `a ${kind} file`;
}

function refuseByHeader(header: ImageHeader, fileBytes: number, maxPixels: number): void {
  const { width, height, samples, sampleBits } = header;
  if (width === 0 || height === 0) throw corrupt(`an image of ${width} by ${height} pixels`);
  if (width * height > maxPixels) {
    throw new PermanentFault(`decodeImage: expected at most ${maxPixels} pixels, got ${width} by ${height}`, {
      code: 'image-too-large',
      remedy: 'Scale the picture down, or crop it to the region of interest.',
      details: { width, height },
    });
  }
  const decodedBytes = width * height * samples * (sampleBits > 8 ? 2 : 1);
  if (decodedBytes > EXPANSION_FREE_BYTES && decodedBytes > MAX_EXPANSION * fileBytes) {
    throw new PermanentFault(
      `decodeImage: expected at most ${MAX_EXPANSION} decoded bytes per file byte, got ${Math.round(decodedBytes / fileBytes)}`,
      {
        code: 'image-bomb',
        remedy: 'The picture is blank or was made to exhaust memory; it is not decoded.',
      },
    );
  }
  if (header.frames > 1) {
    throw new PermanentFault(`decodeImage: expected one picture, got ${header.frames} frames`, {
      code: 'image-animated',
      remedy: 'Upload the frames as separate images.',
    });
  }
  if (header.unsupported !== null || sampleBits === 12) {
    const what = header.unsupported ?? '12-bit';
    throw new PermanentFault(`decodeImage: expected baseline or progressive 8-bit JPEG, got ${what} JPEG`, {
      code: 'image-unsupported',
      remedy: 'Export the picture as 16-bit PNG, which keeps every value.',
    });
  }
  if (!header.complete) throw truncated('its end mark');
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Gray or RGB, with or without alpha last. */
  readonly channels: 1 | 3;
  readonly stored: number;
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}

async function decodePixels(bytes: Uint8Array, maxPixels: number, warnings: string[]): Promise<Pixels> {
  try {
    const image = sharp(bytes, {
      failOn: 'warning',
      limitInputPixels: maxPixels,
      ignoreIcc: true,
      autoOrient: true,
      sequentialRead: true,
    }).timeout({ seconds: TIMEOUT_SECONDS });
    const { space, depth, hasAlpha = false, orientation = 1 } = await image.metadata();
    const gray = space === 'b-w' || space === 'grey16';
    const deep = depth === 'ushort';
    if (space === 'cmyk') warnings.push('CMYK colors were converted to RGB without their color profile.');
    if (orientation > 1) warnings.push('The picture was turned upright as its Exif orientation says.');
    // libvips drops the alpha channel of a gray raw image, so a gray image with alpha is read as RGBA.
    const asGray = gray && !hasAlpha;
    const space8 = asGray ? 'b-w' : 'srgb';
    const space16 = asGray ? 'grey16' : 'rgb16';
    const { data, info } = await image
      .toColourspace(deep ? space16 : space8)
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      channels: gray ? 1 : 3,
      stored: info.channels,
      bitDepth: deep ? 16 : 8,
      data: deep ? samples16(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  } catch (error) {
    throw faultOf(error);
  }
}

/** The bytes as 16-bit samples; copied only where they do not start at an even address. */
function samples16(data: Buffer): Uint16Array {
  const { buffer, byteOffset } = data.byteOffset % 2 === 0 ? data : new Uint8Array(data);
  return new Uint16Array(buffer, byteOffset, data.byteLength / 2);
}

function faultOf(error: unknown): PermanentFault {
  const reason = error instanceof Error ? error.message : String(error);
  if (/premature end|unexpected end|not enough (image )?data|end of stream|truncated/i.test(reason)) {
    return truncated('its last pixel row', error);
  }
  if (/timeout/i.test(reason)) return corrupt(`one that takes over ${TIMEOUT_SECONDS} s to decode`, error);
  return corrupt('one that the decoder refuses (damaged or not to the standard)', error);
}

/** Composites on black and drops alpha: value · alpha / max, rounded. */
function flattenAlpha(pixels: Pixels, warnings: string[]) {
  const { width, height, channels, stored, bitDepth, data } = pixels;
  if (stored === channels) return { width, height, channels, bitDepth, data };
  const count = width * height;
  const max = bitDepth === 16 ? 65535 : 255;
  const out = bitDepth === 16 ? new Uint16Array(count * channels) : new Uint8Array(count * channels);
  let translucent = false;
  for (let i = 0; i < count; i++) {
    const alpha = data[i * stored + stored - 1]!;
    translucent ||= alpha < max;
    for (let c = 0; c < channels; c++) {
      out[i * channels + c] = Math.round((data[i * stored + c]! * alpha) / max);
    }
  }
  if (translucent) warnings.push('Transparent parts were laid on black.');
  return { width, height, channels, bitDepth, data: out };
}

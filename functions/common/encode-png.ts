/**
 * Raster -> PNG bytes, through libvips (sharp). The same raster gives the same bytes, and the file holds the
 * critical chunks alone (W3C PNG 5.6): no text, no time, no density, nothing that could identify anybody.
 */
import sharp from 'sharp';
import type { Raster } from '../../shared/imaging/raster.ts';

const SIGNATURE_LENGTH = 8;
/** Bytes of a chunk besides its body: length, type, check sum. */
const CHUNK_OVERHEAD = 12;

/** A lossless 8-bit gray, RGB or RGBA PNG. */
export async function encodePng({ width, height, channels, data }: Raster): Promise<Uint8Array> {
  const image = sharp(data, { raw: { width, height, channels } });
  const encoded = await (channels === 1 ? image.toColourspace('b-w') : image)
    .png({ compressionLevel: 9, palette: false })
    .toBuffer();
  return criticalChunks(encoded);
}

/** libvips writes a pHYs chunk of its own (1 pixel a millimeter), which would be a false spacing. */
function criticalChunks(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const kept = [png.subarray(0, SIGNATURE_LENGTH)];
  for (let at = SIGNATURE_LENGTH; at < png.length; ) {
    const end = at + CHUNK_OVERHEAD + view.getUint32(at);
    const isCritical = (png[at + 4]! & 0x20) === 0;
    if (isCritical) kept.push(png.subarray(at, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(kept));
}

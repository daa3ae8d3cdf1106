/**
 * PNG structure without decoding: IHDR, the chunk walk to IEND, the APNG frame count.
 * Source: W3C PNG (Third Edition) 5.3 chunk layout, 11.2.1 IHDR, 11.3.6 acTL.
 */
import { corrupt, type ImageHeader, truncated } from './image-header.ts';

const SIGNATURE_LENGTH = 8;
/** Length, type and check sum. */
const CHUNK_OVERHEAD = 12;
const SAMPLES_BY_COLOR_TYPE: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Reads a PNG's header and walks its chunks. Throws PermanentFault where IHDR is absent or impossible. */
export function readPngHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < SIGNATURE_LENGTH + CHUNK_OVERHEAD + 13) throw truncated('its header chunk (IHDR)');
  if (chunkType(bytes, SIGNATURE_LENGTH) !== 'IHDR' || view.getUint32(SIGNATURE_LENGTH) !== 13) {
    throw corrupt('a PNG whose first chunk is not IHDR');
  }
  const samples = SAMPLES_BY_COLOR_TYPE[bytes[25]!];
  if (samples === undefined) throw corrupt(`PNG color type ${bytes[25]}`);
  const sampleBits = bytes[24]!;
  if (![1, 2, 4, 8, 16].includes(sampleBits)) throw corrupt(`PNG bit depth ${sampleBits}`);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    sampleBits,
    samples,
    unsupported: null,
    ...walkChunks(bytes, view),
  };
}

function walkChunks(bytes: Uint8Array, view: DataView): { complete: boolean; frames: number } {
  let frames = 1;
  let at = SIGNATURE_LENGTH;
  while (at + CHUNK_OVERHEAD <= bytes.length) {
    const type = chunkType(bytes, at);
    const end = at + CHUNK_OVERHEAD + view.getUint32(at);
    if (end > bytes.length) break;
    if (type === 'IEND') return { complete: true, frames };
    if (type === 'acTL' && view.getUint32(at) === 8) frames = view.getUint32(at + 8);
    at = end;
  }
  return { complete: false, frames };
}

function chunkType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!);
}

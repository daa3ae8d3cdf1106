/**
 * JPEG structure without decoding: the marker segments up to the first scan, and whether an end mark follows.
 * Source: ITU-T T.81 annex B (B.1.1.3 markers, B.2.2 frame header).
 */
import { corrupt, type ImageHeader, truncated } from './image-header.ts';

const SOS = 0xda;
const EOI = 0xd9;
/** Start-of-frame markers that differ in coding; C4, C8 and CC are no frames. */
const FRAME_CODINGS: Readonly<Record<number, string | null>> = {
  192: null,
  193: null,
  194: null,
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'lossless hierarchical',
  201: 'arithmetic',
  202: 'arithmetic',
  203: 'lossless arithmetic',
  205: 'hierarchical arithmetic',
  206: 'hierarchical arithmetic',
  207: 'lossless hierarchical arithmetic',
  247: 'JPEG-LS',
};

/** Reads a JPEG's frame header. Throws PermanentFault where none is found before the first scan. */
export function readJpegHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  let frame: Omit<ImageHeader, 'complete' | 'frames'> | null = null;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) throw truncated('its first scan');
    if (bytes[at] !== 0xff) throw corrupt(`a JPEG segment without marker at byte ${at}`);
    const marker = bytes[at + 1]!;
    if (marker === EOI) throw corrupt('a JPEG without any scan');
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2) throw corrupt(`a JPEG segment of length ${length}`);
    if (marker in FRAME_CODINGS && frame === null) frame = readFrame(bytes, view, at, length);
    if (marker === SOS) break;
    at += 2 + length;
  }
  if (frame === null) throw corrupt('a JPEG scan before any frame header');
  return { ...frame, complete: hasEndMark(bytes, at), frames: 1 };
}

function readFrame(bytes: Uint8Array, view: DataView, at: number, length: number) {
  if (length < 8 || at + 2 + length > bytes.length) throw truncated('the end of its frame header');
  return {
    sampleBits: bytes[at + 4]!,
    height: view.getUint16(at + 5),
    width: view.getUint16(at + 7),
    samples: bytes[at + 9]!,
    unsupported: FRAME_CODINGS[bytes[at + 1]!] ?? null,
  };
}

/** Inside coded data FF is always followed by 00 or a restart marker, so FF D9 after the scan is the end. */
function hasEndMark(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at >= from; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === EOI) return true;
  }
  return false;
}

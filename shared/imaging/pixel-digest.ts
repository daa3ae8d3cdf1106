/**
 * The identity of a decoded image: SHA-256 over its shape and stored values, little-endian. The same pixels
 * have the same digest as PNG or JPEG, renamed, re-compressed without loss or with other metadata.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { SourceImage } from './source-image.ts';

type Pixels = Pick<SourceImage, 'width' | 'height' | 'channels' | 'bitDepth' | 'data'>;

/** `sha256:<64 hex digits>`. */
export function pixelDigestOf({ width, height, channels, bitDepth, data }: Pixels): string {
  const hash = sha256.create().update(utf8ToBytes(`${width}x${height}x${channels}@${bitDepth}:`));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return `sha256:${bytesToHex(hash.digest())}`;
}

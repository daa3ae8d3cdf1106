/** SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104) through @noble/hashes: the same in Node and browser. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** `sha256:<64 hex digits>` of the bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${bytesToHex(sha256(bytes))}`;
}

/** The first 128 bits of SHA-256 over UTF-8 text, as 32 hex digits. */
export function shortDigest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}

/** A one-way reference, 32 hex digits: names a thing without revealing it to whoever lacks the key. */
export function keyedReference(keyHex: string, text: string): string {
  return bytesToHex(hmac(sha256, hexToBytes(keyHex), utf8ToBytes(text))).slice(0, 32);
}

/**
 * Digests of a body as it streams by: MD5 for the ETag, SHA-256 where the signature covers the payload, and the
 * checksum that the client declares.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { notImplemented } from './service-error.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** `value` is base64, for a composite (checksum of the parts' checksums) followed by `-` and their number. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** Update any number of times, then digest once. */
export interface Digest {
  update(chunk: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

export function hashDigest(name: 'md5' | 'sha1' | 'sha256'): Digest {
  const hash = createHash(name);
  return { update: (chunk) => void hash.update(chunk), digest: async () => hash.digest() };
}

function crc32Digest(): Digest {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    digest: async () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

export function checksumDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case 'CRC32':
      return crc32Digest();
    case 'CRC32C':
      return new Crc32c();
    case 'CRC64NVME':
      return new Crc64Nvme();
    case 'SHA1':
      return hashDigest('sha1');
    case 'SHA256':
      return hashDigest('sha256');
    default:
      return algorithm satisfies never;
  }
}

/** `CRC32` and the like as the client wrote it. Throws 501 for an algorithm that is not kept here. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (found === undefined) throw notImplemented(`the checksum algorithm ${name}`);
  return found;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Checksum of a multipart object: the digest over the parts' digests in order, then `-` and their number. */
export async function compositeChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly string[],
): Promise<Checksum> {
  const digest = checksumDigest(algorithm);
  for (const part of parts) digest.update(Buffer.from(part, 'base64'));
  const value = `${Buffer.from(await digest.digest()).toString('base64')}-${parts.length}`;
  return { algorithm, value, type: 'COMPOSITE' };
}

import { describe, expect, it } from 'vitest';
import {
  checksumAlgorithm,
  checksumDigest,
  compositeChecksum,
} from '../../../functions/local/cloud/checksum.ts';

/** Check values of the CRC catalogue and of FIPS 180 for the nine bytes "123456789". */
const known = [
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
] as const;

describe('checksumDigest', () => {
  it.each(known)('gives %s its check value, in one piece and in several', async (algorithm, expected) => {
    for (const pieces of [['123456789'], ['1', '2345', '', '6789']]) {
      const digest = checksumDigest(algorithm);
      for (const piece of pieces) digest.update(Buffer.from(piece));
      expect(Buffer.from(await digest.digest()).toString('hex')).toBe(expected);
    }
  });
});

describe('checksumAlgorithm', () => {
  it('reads any case and answers 501 to what it does not compute', () => {
    expect(checksumAlgorithm('crc32c')).toBe('CRC32C');
    expect(() => checksumAlgorithm('XXHASH64')).toThrow(expect.objectContaining({ status: 501 }));
  });
});

describe('compositeChecksum', () => {
  it('is the checksum of the checksums, then their number', async () => {
    const parts = ['123456789', 'second'].map((text) => Buffer.from(text));
    const values: Uint8Array[] = [];
    for (const part of parts) {
      const digest = checksumDigest('SHA256');
      digest.update(part);
      values.push(await digest.digest());
    }
    const whole = checksumDigest('SHA256');
    whole.update(Buffer.concat(values));
    const expected = `${Buffer.from(await whole.digest()).toString('base64')}-2`;
    const base64 = values.map((value) => Buffer.from(value).toString('base64'));
    expect((await compositeChecksum('SHA256', base64)).value).toBe(expected);
  });
});

import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../../functions/common/decode-image.ts';
import { PermanentFault } from '../../../shared/errors.ts';

const SEED = 20260101;
const LIMIT_MS = 10_000;
const files: Uint8Array[] = [];

beforeAll(async () => {
  const values = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i * 31 + (i >> 4) * 17) % 256);
  const rgb = () => sharp(values, { raw: { width: 40, height: 30, channels: 3 } });
  const deep = Uint16Array.from({ length: 1200 }, (_, i) => (i * 7919) % 65536);
  files.push(
    await rgb().png().toBuffer(),
    await rgb().png({ palette: true }).toBuffer(),
    await sharp(deep, { raw: { width: 40, height: 30, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer(),
    await rgb().jpeg({ progressive: true }).toBuffer(),
    await rgb().withMetadata({ orientation: 3 }).jpeg().toBuffer(),
    await rgb().toColourspace('cmyk').jpeg().toBuffer(),
  );
});

async function imageOrFault(bytes: Uint8Array): Promise<void> {
  const started = performance.now();
  try {
    const image = await decodeImage(bytes);
    expect(image.data.length).toBe(image.width * image.height * image.channels);
  } catch (error) {
    expect(error).toBeInstanceOf(PermanentFault);
    expect((error as PermanentFault).code).toMatch(/^image-/);
  }
  expect(performance.now() - started).toBeLessThan(LIMIT_MS);
}

describe('decodeImage gives an image or a permanent fault, in bounded time,', () => {
  const which = fc.nat({ max: 5 });

  it('for files cut at any byte', async () => {
    const cut = fc.asyncProperty(which, fc.double({ min: 0, max: 1, noNaN: true }), async (file, part) => {
      const bytes = files[file]!;
      await imageOrFault(bytes.slice(0, Math.floor(part * bytes.length)));
    });
    await fc.assert(cut, { seed: SEED, numRuns: 300 });
  });

  it('for files with flipped bits', async () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 8 });
    const flip = fc.asyncProperty(which, flips, async (file, places) => {
      const bytes = files[file]!.slice();
      for (const [at, bit] of places) bytes[at % bytes.length]! ^= 1 << bit;
      await imageOrFault(bytes);
    });
    await fc.assert(flip, { seed: SEED, numRuns: 600 });
  });

  it('for random bytes behind a valid signature', async () => {
    const noise = fc.asyncProperty(
      fc.constantFrom('\x89PNG\r\n\x1a\n', '\xff\xd8\xff', ''),
      fc.uint8Array({ maxLength: 200 }),
      async (signature, rest) => imageOrFault(Buffer.concat([Buffer.from(signature, 'latin1'), rest])),
    );
    await fc.assert(noise, { seed: SEED, numRuns: 300 });
  });
});

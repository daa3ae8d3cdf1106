import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../functions/common/decode-image.ts';
import { PermanentFault } from '../../../shared/errors.ts';

type Space = 'b-w' | 'grey16' | 'srgb' | 'rgb16';
const encoder = (
  data: Uint8Array | Uint16Array,
  width: number,
  height: number,
  channels: 1 | 3,
  space: Space,
) => sharp(data, { raw: { width, height, channels } }).toColourspace(space);

const ramp8 = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 37 + 11) % 256);
const ramp16 = (count: number) => Uint16Array.from({ length: count }, (_, i) => (i * 9973 + 257) % 65536);

function chunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly bits?: number;
  readonly color?: number;
  readonly rows: Uint8Array;
  readonly before?: readonly Buffer[];
}

/** A PNG written by hand: for the forms that no encoder here writes. */
function png({ width, height, bits = 8, color = 0, rows, before = [] }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, color, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const body = [
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...body]);
}

async function refusal(bytes: Uint8Array): Promise<PermanentFault> {
  const error = await decodeImage(bytes).then(
    () => expect.fail('the file was decoded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PermanentFault);
  return error as PermanentFault;
}

describe('decodeImage keeps stored values', () => {
  it('of an 8-bit gray PNG', async () => {
    const data = ramp8(35);
    const image = await decodeImage(await encoder(data, 7, 5, 1, 'b-w').png().toBuffer());
    expect(image).toEqual({
      width: 7,
      height: 5,
      channels: 1,
      bitDepth: 8,
      data,
      format: 'png',
      spacing: null,
      warnings: [],
    });
  });

  it('of a 16-bit gray PNG, all 65,536 of them', async () => {
    const data = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const image = await decodeImage(await encoder(data, 256, 256, 1, 'grey16').png().toBuffer());
    expect(image.bitDepth).toBe(16);
    expect(image.channels).toBe(1);
    expect(image.data).toEqual(data);
  });

  it('of a 16-bit RGB PNG', async () => {
    const data = ramp16(60);
    const image = await decodeImage(await encoder(data, 5, 4, 3, 'rgb16').png().toBuffer());
    expect([image.bitDepth, image.channels]).toEqual([16, 3]);
    expect(image.data).toEqual(data);
  });

  it('of an RGB PNG whose channels are equal: it stays RGB', async () => {
    const data = Uint8Array.from({ length: 48 }, (_, i) => Math.floor(i / 3) * 5);
    const image = await decodeImage(await encoder(data, 4, 4, 3, 'srgb').png().toBuffer());
    expect(image.channels).toBe(3);
    expect(image.data).toEqual(data);
  });

  it('of a palette PNG', async () => {
    const palette = chunk('PLTE', Buffer.from([0, 0, 0, 250, 10, 20, 3, 200, 7]));
    const bytes = png({ width: 3, height: 1, color: 3, before: [palette], rows: Buffer.from([0, 1, 2, 0]) });
    const image = await decodeImage(bytes);
    expect(image.channels).toBe(3);
    expect([...image.data]).toEqual([250, 10, 20, 3, 200, 7, 0, 0, 0]);
  });

  it('of a 1-bit and a 4-bit gray PNG, stretched to 0..255', async () => {
    const bit = await decodeImage(png({ width: 4, height: 1, bits: 1, rows: Buffer.from([0, 0b1010_0000]) }));
    expect([...bit.data]).toEqual([255, 0, 255, 0]);
    const nibble = await decodeImage(png({ width: 2, height: 1, bits: 4, rows: Buffer.from([0, 0xf3]) }));
    expect([...nibble.data]).toEqual([255, 51]);
  });

  it('of a PNG with a gamma and a density chunk: neither changes a value nor becomes a spacing', async () => {
    const gamma = chunk('gAMA', Buffer.from([0, 0, 0x2b, 0x67]));
    const density = chunk('pHYs', Buffer.from([0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1]));
    const rows = Buffer.from([0, 9, 99, 199]);
    const image = await decodeImage(png({ width: 3, height: 1, before: [gamma, density], rows }));
    expect([...image.data]).toEqual([9, 99, 199]);
    expect(image.spacing).toBeNull();
  });

  it('of gray and RGB JPEGs, as near as their quality allows', async () => {
    const flat = new Uint8Array(64 * 3).fill(0).map((_, i) => [180, 90, 40][i % 3]!);
    const rgb = await decodeImage(await encoder(flat, 8, 8, 3, 'srgb').jpeg({ quality: 100 }).toBuffer());
    expect([rgb.format, rgb.channels, rgb.bitDepth]).toEqual(['jpeg', 3, 8]);
    expect(Math.max(...rgb.data.map((v, i) => Math.abs(v - flat[i]!)))).toBeLessThanOrEqual(2);
    const gray = await decodeImage(
      await encoder(new Uint8Array(64).fill(77), 8, 8, 1, 'b-w').jpeg().toBuffer(),
    );
    expect(gray.channels).toBe(1);
    expect(new Set(gray.data)).toEqual(new Set([77]));
  });
});

describe('decodeImage tells what it changed', () => {
  it('composites alpha on black: value · alpha / 255', async () => {
    const data = Uint8Array.from([200, 100, 50, 128, 10, 20, 30, 255]);
    const bytes = await sharp(data, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const image = await decodeImage(bytes);
    expect([...image.data]).toEqual([100, 50, 25, 10, 20, 30]);
    expect(image.warnings).toEqual(['Transparent parts were laid on black.']);
  });

  it('keeps a gray image with alpha gray, and is silent where alpha is opaque', async () => {
    const half = await decodeImage(
      png({ width: 2, height: 1, color: 4, rows: Buffer.from([0, 90, 85, 60, 255]) }),
    );
    expect([half.channels, ...half.data]).toEqual([1, 30, 60]);
    const opaque = await decodeImage(png({ width: 1, height: 1, color: 4, rows: Buffer.from([0, 90, 255]) }));
    expect(opaque.warnings).toEqual([]);
  });

  it('composites 16-bit alpha without losing depth', async () => {
    const rows = Buffer.alloc(1 + 8);
    [40001, 20001, 10001, 32768].forEach((v, i) => {
      rows.writeUInt16BE(v, 1 + 2 * i);
    });
    const image = await decodeImage(png({ width: 1, height: 1, bits: 16, color: 6, rows }));
    expect([...image.data]).toEqual([40001, 20001, 10001].map((v) => Math.round((v * 32768) / 65535)));
  });

  it('turns a picture upright as its Exif orientation says', async () => {
    const data = Uint8Array.from([10, 20, 30, 40, 50, 60].flatMap((v) => [v, v + 1, v + 2]));
    const bytes = await encoder(data, 3, 2, 3, 'srgb').withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage(bytes);
    expect([image.width, image.height]).toEqual([2, 3]);
    expect([...image.data].filter((_, i) => i % 3 === 0)).toEqual([40, 10, 50, 20, 60, 30]);
    expect(image.warnings[0]).toMatch(/Exif orientation/);
  });

  it('converts a CMYK JPEG to RGB', async () => {
    const white = new Uint8Array(64 * 3).fill(255);
    const bytes = await sharp(white, { raw: { width: 8, height: 8, channels: 3 } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    const image = await decodeImage(bytes);
    expect(image.channels).toBe(3);
    expect(Math.min(...image.data)).toBeGreaterThanOrEqual(250);
    expect(image.warnings[0]).toMatch(/CMYK/);
  });

  it('decodes a mislabelled file by its content, with a warning', async () => {
    const bytes = await encoder(ramp8(64), 8, 8, 1, 'b-w').jpeg().toBuffer();
    const image = await decodeImage(bytes, { extension: '.PNG' });
    expect(image.format).toBe('jpeg');
    expect(image.warnings).toEqual(['The file is a JPEG, though its name says otherwise.']);
    expect((await decodeImage(bytes, { extension: 'JPG' })).warnings).toEqual([]);
  });
});

describe('decodeImage refuses, with code and remedy,', () => {
  const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
  it.each<[string, Uint8Array, string]>([
    ['an empty file', Buffer.alloc(0), 'image-empty'],
    ['plain text', Buffer.from('patient;result\n1;2\n'), 'image-format'],
    ['a PDF file', Buffer.from('%PDF-1.7\n'), 'image-format'],
    ['a HTML or XML file', Buffer.from('<!doctype html><html></html>'), 'image-format'],
    ['a DICOM file', dicom, 'image-format'],
    ['a ZIP file', Buffer.from('PK\x03\x04rest'), 'image-format'],
    ['a GIF file', Buffer.from('GIF89a....'), 'image-format'],
    ['a file of unknown kind', Buffer.from([0, 1, 2, 3, 250]), 'image-format'],
  ])('%s', async (name, bytes, code) => {
    const fault = await refusal(bytes);
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(name);
    expect(fault.remedy).toBeTruthy();
  });

  it('a picture bomb, by its header, before any pixel is decoded', async () => {
    const fault = await refusal(png({ width: 60000, height: 60000, rows: Buffer.from([0]) }));
    expect(fault.code).toBe('image-too-large');
    expect(fault.details).toEqual({ width: 60000, height: 60000 });
  });

  it('a file that would grow a thousandfold', async () => {
    const rows = Buffer.alloc(9001 * 9000);
    expect((await refusal(png({ width: 9000, height: 9000, rows }))).code).toBe('image-bomb');
  });

  it('an image without area', async () => {
    expect((await refusal(png({ width: 0, height: 4, rows: Buffer.alloc(4) }))).code).toBe('image-corrupt');
  });

  it('a PNG or JPEG cut anywhere', async () => {
    const noise = ramp8(64 * 64);
    for (const format of ['png', 'jpeg'] as const) {
      const whole = await encoder(noise, 64, 64, 1, 'b-w').toFormat(format).toBuffer();
      for (const keep of [9, 30, 200, whole.length >> 1, whole.length - 3]) {
        expect((await refusal(whole.subarray(0, keep))).code).toBe('image-truncated');
      }
    }
  });

  it('a JPEG cut in its scan though an end mark was glued on', async () => {
    const whole = await encoder(ramp8(4096), 64, 64, 1, 'b-w').jpeg().toBuffer();
    const glued = Buffer.concat([whole.subarray(0, whole.length >> 1), Buffer.from([0xff, 0xd9])]);
    expect(['image-truncated', 'image-corrupt']).toContain((await refusal(glued)).code);
  });

  it('a PNG with a wrong check sum', async () => {
    const bytes = png({ width: 4, height: 1, rows: Buffer.from([0, 1, 2, 3, 4]) });
    bytes[bytes.length - 14]! ^= 1;
    expect((await refusal(bytes)).code).toBe('image-corrupt');
  });

  it('an animated PNG', async () => {
    const control = chunk('acTL', Buffer.from([0, 0, 0, 3, 0, 0, 0, 0]));
    const fault = await refusal(png({ width: 1, height: 1, before: [control], rows: Buffer.from([0, 7]) }));
    expect(fault.code).toBe('image-animated');
  });

  it('a lossless JPEG', async () => {
    const frame = Buffer.from([0xff, 0xd8, 0xff, 0xc3, 0, 11, 16, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 1, 0, 0, 0xff, 0xd9]);
    const fault = await refusal(Buffer.concat([frame, scan]));
    expect(fault.code).toBe('image-unsupported');
    expect(fault.remedy).toMatch(/16-bit PNG/);
  });
});

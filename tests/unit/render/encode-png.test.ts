import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../functions/common/decode-image.ts';
import { encodePng } from '../../../functions/common/encode-png.ts';

const values = (count: number) => Uint8ClampedArray.from({ length: count }, (_, i) => (i * 53 + 7) % 256);

function chunkTypes(png: Uint8Array): string[] {
  const buffer = Buffer.from(png);
  const types: string[] = [];
  for (let at = 8; at < buffer.length; at += 12 + buffer.readUInt32BE(at)) {
    types.push(buffer.toString('latin1', at + 4, at + 8));
  }
  return types;
}

describe('encodePng', () => {
  it.each([1, 3] as const)('keeps every value of %d channels', async (channels) => {
    const data = values(11 * 6 * channels);
    const image = await decodeImage(await encodePng({ width: 11, height: 6, channels, data }));
    expect([image.width, image.height, image.channels, image.bitDepth]).toEqual([11, 6, channels, 8]);
    expect([...image.data]).toEqual([...data]);
  });

  it('keeps transparency', async () => {
    const data = Uint8ClampedArray.of(200, 100, 50, 0, 200, 100, 50, 255);
    const image = await decodeImage(await encodePng({ width: 2, height: 1, channels: 4, data }));
    expect([...image.data]).toEqual([0, 0, 0, 200, 100, 50]);
  });

  it('writes the same bytes each time and no metadata', async () => {
    const raster = { width: 40, height: 30, channels: 3, data: values(3600) } as const;
    const first = await encodePng(raster);
    expect(await encodePng(raster)).toEqual(first);
    expect(new Set(chunkTypes(first))).toEqual(new Set(['IHDR', 'IDAT', 'IEND']));
  });
});

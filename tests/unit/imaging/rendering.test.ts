import { describe, expect, it } from 'vitest';
import { pixelDigestOf } from '../../../shared/imaging/pixel-digest.ts';
import { renderSource } from '../../../shared/imaging/rendering.ts';
import type { SourceImage } from '../../../shared/imaging/source-image.ts';

const gray = (width: number, height: number, data: Uint8Array | Uint16Array): SourceImage => ({
  width,
  height,
  channels: 1,
  bitDepth: data instanceof Uint16Array ? 16 : 8,
  data,
  format: 'png',
  spacing: null,
  warnings: [],
});

describe('renderSource', () => {
  it('keeps every value of a small 8-bit image', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const raster = renderSource(gray(16, 16, data));
    expect([raster.width, raster.height, raster.channels]).toEqual([16, 16, 1]);
    expect([...raster.data]).toEqual([...data]);
  });

  it('windows a 12-bit image to 8 bit', () => {
    const raster = renderSource(gray(3, 1, Uint16Array.of(0, 2048, 4095)));
    expect([...raster.data]).toEqual([0, 128, 255]);
  });

  it('scales the longer side down to 2048, keeping the aspect ratio and the mean', () => {
    const data = new Uint8Array(4096 * 10).fill(80);
    const raster = renderSource(gray(4096, 10, data));
    expect([raster.width, raster.height]).toEqual([2048, 5]);
    expect(new Set(raster.data)).toEqual(new Set([80]));
  });
});

describe('pixelDigestOf', () => {
  const image = gray(3, 2, Uint8Array.of(1, 2, 3, 4, 5, 6));
  it('is stable over time', () => {
    expect(pixelDigestOf(image)).toBe(
      'sha256:92a38f03f2e2cee674049376a132e4ac66d17cfce21cbe0dd777401d740721a3',
    );
    expect(pixelDigestOf({ ...image, data: image.data.slice() })).toBe(pixelDigestOf(image));
  });

  it('tells shape, depth and values apart', () => {
    const others = [
      { ...image, width: 2, height: 3 },
      { ...image, bitDepth: 16 as const },
      { ...image, data: Uint8Array.of(1, 2, 3, 4, 5, 7) },
    ];
    expect(new Set([image, ...others].map(pixelDigestOf)).size).toBe(4);
  });
});

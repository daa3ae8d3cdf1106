import { describe, expect, it } from 'vitest';
import { attributionMap } from '../../viewer/src/lib/attribution-map.ts';
import { colorLimits } from '../../viewer/src/lib/color-scale.ts';
import { colorMaps, colorTable } from '../../viewer/src/lib/color-table.ts';
import { contourSegments, paintRimInto, shownParts } from '../../viewer/src/lib/contour.ts';
import { paintMapInto } from '../../viewer/src/lib/paint-map.ts';
import { windowed, windowTable } from '../../viewer/src/lib/window-table.ts';
import { seededNumbers } from './fixture/phantom.ts';

const paint = (values: number[], options: { signed: boolean; limit?: number; threshold?: number }) => {
  const { signed, limit = 1, threshold = 1e-30 } = options;
  const pixels = new Uint8ClampedArray(4 * values.length);
  const map = attributionMap(Float32Array.from(values), values.length, 1);
  paintMapInto(pixels, map, { table: colorTable('', signed), signed, limit, threshold });
  return values.map((_, i) => [...pixels.slice(4 * i, 4 * i + 4)]);
};

describe('paintMapInto', () => {
  it('leaves zero and what is below the threshold fully transparent', () => {
    const pixels = paint([0, 0.2, -0.2, 0.6, -0.6], { signed: true, threshold: 0.5 });
    expect(pixels.map((pixel) => pixel[3])).toEqual([0, 0, 0, 255, 255]);
  });

  it('gives the limit, and what is beyond it, the last color', () => {
    const table = colorTable('inferno', false);
    expect(paint([1, 5], { signed: false })).toEqual([[...table.slice(-4)], [...table.slice(-4)]]);
    const signed = colorTable('puor', true);
    expect(paint([-1, -7], { signed: true })).toEqual([[...signed.slice(0, 4)], [...signed.slice(0, 4)]]);
  });

  it('fades a signed map in around zero alike on both sides', () => {
    const [below, above] = paint([-0.1, 0.1], { signed: true });
    expect(Math.abs(below![3]! - above![3]!)).toBeLessThanOrEqual(6);
    expect(above![3]).toBeLessThan(128);
  });
});

describe('colorTable', () => {
  it('falls back to the default of the same sign for an unknown name', () => {
    expect(colorTable('rainbow', false)).toEqual(colorTable('inferno', false));
    expect(colorTable('inferno', true)).toEqual(colorTable('puor', true));
  });

  it('is opaque at the ends of every map', () => {
    for (const signed of [false, true]) {
      for (const { name } of colorMaps(signed)) expect(colorTable(name, signed)[1023]).toBe(255);
    }
  });
});

describe('colorLimits', () => {
  const maps = [
    { method: 'a', unit: 'score', limit: 2 },
    { method: 'b', unit: 'score', limit: 0.5 },
    { method: 'c', unit: 'rank', limit: 9 },
    { method: 'd', unit: 'rank', limit: 0 },
  ];

  it('gives each map its own limit, and 1 where a map is all zero', () => {
    expect([...colorLimits(maps, 'own').values()]).toEqual([2, 0.5, 9, 1]);
  });

  it('shares the largest limit among maps of one unit and never across units', () => {
    expect([...colorLimits(maps, 'shared').values()]).toEqual([2, 2, 9, 9]);
  });
});

describe('contourSegments', () => {
  it('closes a diamond around one pixel, at the interpolated distance', () => {
    const values = new Float32Array(9);
    values[4] = -4;
    const segments = contourSegments(shownParts(attributionMap(values, 3, 3), 1, 'together'))![0]!;
    expect(segments.length).toBe(4 * 4);
    for (let i = 0; i < segments.length; i += 2) {
      expect(Math.abs(segments[i]! - 1.5) + Math.abs(segments[i + 1]! - 1.5)).toBeCloseTo(0.75, 6);
    }
  });

  it('closes at the border of the map', () => {
    const map = attributionMap(new Float32Array(12).fill(1), 4, 3);
    const full = contourSegments(shownParts(map, 0.5, 'together'))![0]!;
    expect(full.length / 4).toBe(2 * (4 + 3));
    expect([Math.min(...full), Math.max(...full)]).toEqual([0, 4]);
  });

  it('goes around evidence for and against apart, as around each alone', () => {
    const next = seededNumbers(3);
    const values = Float32Array.from({ length: 400 }, () => next() - 0.5);
    values.set([0, -0, 0.25, -0.25]);
    const alone = (sign: number) =>
      attributionMap(
        values.map((value) => Math.max(0, sign * value)),
        20,
        20,
      );
    const colors = [
      [1, 2, 3],
      [4, 5, 6],
    ] as const;
    const map = attributionMap(values, 20, 20);
    const rim = (of: typeof map, signs: 'apart' | 'together', part = 0) => {
      const pixels = new Uint8ClampedArray(4 * 400);
      paintRimInto(pixels, shownParts(of, 0.25, signs), signs === 'apart' ? colors : [colors[part]!]);
      return pixels;
    };
    const both = rim(map, 'apart');
    const found = contourSegments(shownParts(map, 0.25, 'apart'))!;
    expect(found).toHaveLength(2);
    for (const [part, sign] of [1, -1].entries()) {
      const expected = alone(sign);
      expect(found[part]!.length).toBe(contourSegments(shownParts(expected, 0.25, 'together'))![0]!.length);
      const expectedRim = rim(expected, 'together', part);
      for (let i = 0; i < both.length; i += 4) {
        if (expectedRim[i + 3] === 255) expect([...both.slice(i, i + 4)]).toEqual([...colors[part]!, 255]);
      }
    }
    const painted = (pixels: Uint8ClampedArray) =>
      pixels.filter((_, i) => i % 4 === 3 && pixels[i]! > 0).length;
    expect(painted(both)).toBe(painted(rim(alone(1), 'together')) + painted(rim(alone(-1), 'together')));
  });
});

describe('a ragged outline', () => {
  const next = seededNumbers(9);
  const noise = attributionMap(
    Float32Array.from({ length: 400 }, () => next() - 0.5),
    20,
    20,
  );

  it('is not stroked where it has too many segments', () => {
    expect(contourSegments(shownParts(noise, 0.25, 'together'), 100)).toBeNull();
    expect(contourSegments(shownParts(noise, 0.25, 'together'))![0]!.length / 4).toBeGreaterThan(100);
  });

  it('is the rim: shown pixels with a neighbor that is not', () => {
    const pixels = new Uint8ClampedArray(4 * 25);
    const map = attributionMap(new Float32Array(25).fill(1), 5, 5);
    paintRimInto(pixels, shownParts(map, 0.5, 'together'), [[1, 2, 3]]);
    const rim = Array.from({ length: 25 }, (_, i) => pixels[4 * i + 3]! > 0);
    expect(rim.filter(Boolean)).toHaveLength(16);
    expect([...pixels.slice(0, 4), rim[12]]).toEqual([1, 2, 3, 255, false]);
  });
});

describe('the window', () => {
  it('maps its ends to black and white and clips beyond', () => {
    const table = windowTable({ window: [50, 150], inverted: false });
    expect([table[0], table[50], table[100], table[150], table[255]]).toEqual([0, 0, 128, 255, 255]);
  });

  it('inverts, and keeps opacity', () => {
    const table = windowTable({ window: [0, 255], inverted: true });
    expect([...windowed(Uint8ClampedArray.of(0, 10, 255, 77), table)]).toEqual([255, 245, 0, 77]);
  });
});

import { describe, expect, it } from 'vitest';
import { colorTable, divergingTables, sequentialTables } from '../../../shared/render/color-tables.ts';
import { positionOn, scaleFor } from '../../../shared/render/display-scale.ts';
import { renderMap, topThreshold } from '../../../shared/render/render-map.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

const map = (values: readonly number[], width = values.length) =>
  tensor(Float32Array.from(values), [values.length / width, width]);
const pixel = (data: Uint8ClampedArray, i: number) => [...data.subarray(4 * i, 4 * i + 4)];
const entry = (name: Parameters<typeof colorTable>[0], i: number) => [
  ...colorTable(name).subarray(3 * i, 3 * i + 3),
];
const luminance = ([red, green, blue]: number[]) => 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;

describe('color tables', () => {
  it('have the published ends', () => {
    expect(entry('inferno', 0)).toEqual([0, 0, 4]);
    expect(entry('inferno', 255)).toEqual([252, 255, 164]);
    expect(entry('viridis', 0)).toEqual([68, 1, 84]);
    expect(entry('viridis', 255)).toEqual([253, 231, 37]);
    expect(entry('cividis', 255)).toEqual([253, 234, 69]);
  });

  it.each(sequentialTables)('%s grows ever lighter', (name) => {
    for (let i = 8; i < 256; i += 8) {
      expect(luminance(entry(name, i))).toBeGreaterThan(luminance(entry(name, i - 8)));
    }
  });

  it.each(divergingTables)(
    '%s is palest in the middle, orange above, purple below, and visible on black',
    (name) => {
      const [low, middle, high] = [0, 128, 255].map((i) => entry(name, i)) as [number[], number[], number[]];
      expect(Math.min(...middle)).toBeGreaterThan(230);
      expect(high[0]).toBeGreaterThan(high[2]! + 80);
      expect(low[2]).toBeGreaterThan(low[1]! + 30);
      expect(luminance(low)).toBeGreaterThan(60);
      expect(luminance(high)).toBeGreaterThan(60);
    },
  );
});

describe('renderMap', () => {
  it('shows unsigned values from zero to the largest, zero transparent', () => {
    const { data, width, height, channels } = renderMap(map([0, 1, 4, 2], 2), false);
    expect([width, height, channels]).toEqual([2, 2, 4]);
    expect(pixel(data, 0)).toEqual([0, 0, 0, 0]);
    expect(pixel(data, 1)).toEqual([...entry('inferno', 64), 255]);
    expect(pixel(data, 2)).toEqual([...entry('inferno', 255), 255]);
  });

  it('shows signed values symmetrically, opacity with the magnitude', () => {
    const { data } = renderMap(map([-2, -1, 0, 1, 2, 4]), true);
    expect(pixel(data, 2)[3]).toBe(0);
    expect(pixel(data, 5)).toEqual([...entry('puor', 255), 255]);
    expect(pixel(data, 0)[3]).toBe(pixel(data, 4)[3]);
    expect(pixel(data, 1)[3]).toBe(64);
    expect(pixel(data, 0).slice(0, 3)).toEqual(entry('puor', 64));
  });

  it.each([false, true])('makes an all-zero map fully transparent (signed %s)', (signed) => {
    expect(new Set(renderMap(map([0, 0, 0, 0]), signed).data)).toEqual(new Set([0]));
  });

  it('makes NaN transparent and lets it not spoil the scale', () => {
    const { data } = renderMap(map([Number.NaN, 1, Number.POSITIVE_INFINITY]), false);
    expect(pixel(data, 0)[3]).toBe(0);
    expect(pixel(data, 1)).toEqual([...entry('inferno', 255), 255]);
  });

  it('treats values below zero of an unsigned map as nothing', () => {
    expect(pixel(renderMap(map([-5, 1]), false).data, 0)[3]).toBe(0);
  });

  it('uses a shared scale: the weaker map stays weaker', () => {
    const [weak, strong] = [map([0, 1]), map([0, 4])];
    const scale = scaleFor([weak.data, strong.data], 'sequential');
    expect(scale.limit).toBe(4);
    expect(pixel(renderMap(weak, false, { scale }).data, 1)).toEqual([...entry('inferno', 64), 255]);
  });

  it('limits robustly: one hot pixel in a thousand does not darken the rest', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 7 ? 1e6 : 1 + i / 1000));
    expect(scaleFor([values], 'sequential', { limit: 'robust' }).limit).toBeLessThan(2);
    expect(scaleFor([values], 'sequential').limit).toBe(1e6);
  });

  it('hides what is below the threshold of the strongest share', () => {
    const values = map([0.1, -0.9, 0.5, 0.3]);
    expect(topThreshold(values, 0.5)).toBeCloseTo(0.5, 6);
    expect(topThreshold(values, 1)).toBeCloseTo(0.1, 6);
    expect(topThreshold(values, 0)).toBe(Number.POSITIVE_INFINITY);
    const { data } = renderMap(values, true, { threshold: topThreshold(values, 0.5), opacity: 'constant' });
    expect([0, 1, 2, 3].map((i) => data[4 * i + 3])).toEqual([0, 255, 255, 0]);
  });
});

describe('positionOn', () => {
  it('puts zero at the same place always and clips beyond the limit', () => {
    const diverging = { kind: 'diverging', limit: 2 } as const;
    const sequential = { kind: 'sequential', limit: 2 } as const;
    expect([-9, -2, 0, 1, 9].map((v) => positionOn(diverging, v))).toEqual([0, 0, 0.5, 0.75, 1]);
    expect([-9, 0, 1, 9].map((v) => positionOn(sequential, v))).toEqual([0, 0, 0.5, 1]);
    expect(positionOn({ kind: 'diverging', limit: 0 }, 3)).toBe(0.5);
    expect(positionOn(sequential, Number.NaN)).toBe(0);
  });
});

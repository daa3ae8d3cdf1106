import { describe, expect, it } from 'vitest';
import type { Raster } from '../../../shared/imaging/raster.ts';
import { colorBar } from '../../../shared/render/color-bar.ts';
import { overlay } from '../../../shared/render/overlay.ts';
import { reduceChannels } from '../../../shared/render/reduce-channels.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

const raster = (width: number, channels: 1 | 3 | 4, values: readonly number[]): Raster => ({
  width,
  height: values.length / width / channels,
  channels,
  data: Uint8ClampedArray.from(values),
});

describe('overlay', () => {
  const base = raster(2, 1, [100, 100, 100, 200]);

  it('mixes by alpha times opacity and leaves transparent parts alone', () => {
    const layer = raster(2, 4, [255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 255, 128, 0, 0, 0, 255]);
    const { data, channels } = overlay(base, layer, { opacity: 0.5 });
    expect(channels).toBe(3);
    expect([...data.subarray(0, 6)]).toEqual([178, 50, 50, 100, 100, 100]);
    expect([...data.subarray(9)]).toEqual([100, 100, 100]);
  });

  it('covers only the rectangle given, one layer value a square', () => {
    const wide = raster(4, 1, new Array(16).fill(10));
    const layer = raster(1, 4, [255, 255, 255, 255]);
    const { data } = overlay(wide, layer, { opacity: 1, covered: { x: 2, y: 0, width: 2, height: 2 } });
    const reds = Array.from({ length: 16 }, (_, i) => data[3 * i]);
    expect(reds).toEqual([10, 10, 255, 255, 10, 10, 255, 255, 10, 10, 10, 10, 10, 10, 10, 10]);
  });

  it('accepts a rectangle that reaches outside, as padding makes it', () => {
    const layer = raster(
      4,
      4,
      [1, 2, 3, 4].flatMap((v) => [v, v, v, 255]),
    );
    const { data } = overlay(raster(2, 1, [9, 9]), layer, {
      opacity: 1,
      covered: { x: -1, y: 0, width: 4, height: 1 },
    });
    expect([data[0], data[3]]).toEqual([2, 3]);
  });
});

describe('colorBar', () => {
  it('ticks a sequential scale from zero at round values', () => {
    const { ticks, unit } = colorBar({ kind: 'sequential', limit: 0.83 }, 'score');
    expect(unit).toBe('score');
    expect(ticks.map((tick) => tick.label)).toEqual(['0', '0.2', '0.4', '0.6', '0.8']);
    expect(ticks[4]!.position).toBeCloseTo(0.8 / 0.83, 12);
  });

  it('ticks a diverging scale symmetrically about zero', () => {
    const { ticks } = colorBar({ kind: 'diverging', limit: 0.0012 }, 'score per input unit');
    expect(ticks.map((tick) => tick.label)).toEqual(['−0.001', '−5e−4', '0', '5e−4', '0.001']);
    expect(ticks[2]!.position).toBe(0.5);
  });

  it('has one tick for an empty scale', () => {
    const { ticks } = colorBar({ kind: 'diverging', limit: 0 }, 'score');
    expect(ticks).toEqual([{ value: 0, position: 0.5, label: '0' }]);
  });

  it.each([1e-9, 3.7e-4, 0.5, 7, 1e6])('has three to eleven ticks inside a scale of %d', (limit) => {
    const { ticks } = colorBar({ kind: 'sequential', limit }, 'rank');
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(11);
    expect(ticks.every((tick) => tick.value <= limit * (1 + 1e-9))).toBe(true);
    expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
  });
});

describe('reduceChannels', () => {
  it('sums channels of either layout to the same plane', () => {
    const planes = tensor(Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40), [2, 2, 2]);
    const interleaved = tensor(Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40), [2, 2, 2]);
    const wanted = tensor(Float32Array.of(11, 22, 33, 44), [2, 2]);
    expect(reduceChannels(planes, 'NCHW')).toEqual(wanted);
    expect(reduceChannels(interleaved, 'NHWC')).toEqual(wanted);
  });

  it('returns a region map as it is and refuses a batch', () => {
    const region = tensor(Float32Array.of(1, 2), [1, 2]);
    expect(reduceChannels(region, 'NCHW')).toBe(region);
    expect(() => reduceChannels(tensor(new Float32Array(4), [1, 1, 2, 2]), 'NCHW')).toThrow(/2 or 3 axes/);
  });
});

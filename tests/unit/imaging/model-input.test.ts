import { describe, expect, it } from 'vitest';
import { windowOf, windowWarning } from '../../../shared/imaging/canonical-image.ts';
import { prepareInput } from '../../../shared/imaging/model-input.ts';
import type { SourceImage } from '../../../shared/imaging/source-image.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';

const card = (changes: Partial<ModelCard['input']> = {}): ModelCard['input'] => ({
  layout: 'NCHW',
  channels: 1,
  height: 2,
  width: 2,
  range: [0, 1],
  mean: [0],
  std: [1],
  resize: 'stretch',
  ...changes,
});

function source(width: number, height: number, values: ArrayLike<number>, bitDepth: 8 | 16 = 8): SourceImage {
  const channels = values.length === width * height ? 1 : 3;
  const data = bitDepth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return { width, height, channels, bitDepth, data, format: 'png', spacing: null, warnings: [] };
}

const checker = source(2, 2, [0, 51, 102, 255]);
const colors = source(2, 2, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
const rounded = (values: Float32Array) => [...values].map((value) => Number(value.toFixed(5)));

describe('prepareInput scales values as the card says', () => {
  it('x / 255', () => {
    const { input, window } = prepareInput(checker, card());
    expect(input.shape).toEqual([1, 2, 2]);
    expect(input.data).toEqual(Float32Array.from([0, 51 / 255, 102 / 255, 1]));
    expect(window).toEqual([0, 255]);
  });

  it('raw 0..255 and −1..1', () => {
    expect(rounded(prepareInput(checker, card({ range: [0, 255] })).input.data)).toEqual([0, 51, 102, 255]);
    expect(rounded(prepareInput(checker, card({ range: [-1, 1] })).input.data)).toEqual([-1, -0.6, -0.2, 1]);
  });

  it('mean and std per channel, in units of the range', () => {
    const three = card({ channels: 3, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    const { input } = prepareInput(colors, three);
    expect(input.shape).toEqual([3, 2, 2]);
    expect(rounded(input.data.subarray(0, 2))).toEqual([2.24891, -2.1179]);
    expect(rounded(input.data.subarray(8))).toEqual([-1.80444, -1.80444, 2.64, 2.64]);
  });

  it('16-bit values by the bits that they use', () => {
    const twelve = prepareInput(source(2, 2, [0, 1, 2000, 4095], 16), card());
    expect(twelve.window).toEqual([0, 4095]);
    expect(twelve.input.data[3]).toBe(1);
    expect(prepareInput(source(2, 2, [0, 1, 2, 40000], 16), card()).window).toEqual([0, 65535]);
  });

  it('by a window given by hand, clipped', () => {
    const { input, window } = prepareInput(checker, card(), [51, 102]);
    expect([...input.data]).toEqual([0, 0, 1, 1]);
    expect(window).toEqual([51, 102]);
  });
});

describe('prepareInput converts channels and layout', () => {
  it('RGB to gray by BT.601 luma', () => {
    expect(rounded(prepareInput(colors, card()).input.data)).toEqual([0.299, 0.587, 0.114, 1]);
  });

  it('gray to RGB by repetition, NHWC interleaved', () => {
    const { input } = prepareInput(checker, card({ channels: 3, layout: 'NHWC' }));
    expect(input.shape).toEqual([2, 2, 3]);
    expect(rounded(input.data)).toEqual([0, 0, 0, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 1, 1, 1]);
  });

  it('refuses a card whose mean fits no channel count', () => {
    expect(() => prepareInput(checker, card({ mean: [0, 0] }))).toThrow(
      /expected 1 or 1 values, got 2 \(input\.mean/,
    );
  });
});

describe('prepareInput places the image', () => {
  const wide = source(
    8,
    4,
    Array.from({ length: 32 }, (_, i) => (i % 8 < 2 || i % 8 > 5 ? 255 : 51)),
  );

  it('stretch: the whole source', () => {
    expect(prepareInput(wide, card()).placement).toEqual({ x: 0, y: 0, width: 8, height: 4 });
  });

  it('crop: the centered square, nothing else', () => {
    const { input, placement } = prepareInput(wide, card({ resize: 'crop', width: 4, height: 4 }));
    expect(placement).toEqual({ x: 2, y: 0, width: 4, height: 4 });
    expect(new Set(rounded(input.data))).toEqual(new Set([0.2]));
  });

  it('pad: the whole source between black bars, black normalized too', () => {
    const { input, placement } = prepareInput(
      wide,
      card({ resize: 'pad', width: 8, height: 8, mean: [0.5], std: [0.5] }),
    );
    expect(placement).toEqual({ x: 0, y: -2, width: 8, height: 8 });
    expect([...input.data.subarray(0, 16)]).toEqual(new Array(16).fill(-1));
    expect(rounded(input.data.subarray(16, 20))).toEqual([1, 1, -0.6, -0.6]);
  });

  it('pad: a one-pixel-wide source still gets one column', () => {
    const thin = source(1, 400, new Uint8Array(400).fill(255));
    const { input, placement } = prepareInput(thin, card({ resize: 'pad', width: 4, height: 4 }));
    expect(input.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(4, 6);
    expect(placement.width).toBe(4);
  });
});

describe('stored bits of images above 8 bits', () => {
  const of = (largest: number) => ({ bitDepth: 16 as const, data: new Uint16Array([0, largest]) });

  it('are guessed by the largest value, or taken as stated, the same for a whole series', () => {
    expect([windowOf(of(1000)), windowOf(of(1100))]).toEqual([
      [0, 1023],
      [0, 4095],
    ]);
    expect([windowOf(of(1000), 12), windowOf(of(1100), 12)]).toEqual([
      [0, 4095],
      [0, 4095],
    ]);
    expect(windowOf({ bitDepth: 8, data: new Uint8Array([9]) }, 12)).toEqual([0, 255]);
  });

  it('are refused where a value needs more', () => {
    expect(() => windowOf(of(5000), 12)).toThrow('expected values of 12 bits, got 5000');
  });

  it('are warned of where they were guessed', () => {
    expect(windowWarning(of(1000), [0, 1023]).join()).toContain('from 0 (black) to 1023 (white)');
    expect(windowWarning({ bitDepth: 8 }, [0, 255])).toEqual([]);
  });
});

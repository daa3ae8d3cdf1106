import { describe, expect, it } from 'vitest';
import { adjustInput, unadjusted } from '../../viewer/src/lib/adjust-input.ts';
import { brushFill, inputPixels, paintStrokeInto } from '../../viewer/src/lib/brush.ts';
import { exampleCard } from './fixture/example-card.ts';
import { seededNumbers } from './fixture/phantom.ts';

const gray = { ...exampleCard.input, width: 8, height: 6 };
const color = {
  ...gray,
  channels: 3 as const,
  layout: 'NHWC' as const,
  mean: [0.1, 0.2, 0.3],
  std: [1, 2, 4],
};
const next = seededNumbers(3);
const inputOf = (card: typeof gray | typeof color) =>
  Float32Array.from({ length: card.channels * card.height * card.width }, () => next());

describe('a brush', () => {
  it('erases to the model’s black: (range low − mean) / std of each channel', () => {
    expect([...new Set(brushFill('erase', inputOf(gray), gray))]).toEqual([-2]);
    const fill = brushFill('erase', inputOf(color), color);
    const expected = [-0.1, -0.1, -0.3 / 4].map(Math.fround);
    expect([...fill.slice(0, 6)]).toEqual([...expected, ...expected]);
  });

  it('fills with each channel’s mean', () => {
    const input = inputOf(color);
    const fill = brushFill('mean', input, color);
    for (let c = 0; c < 3; c++) {
      const values = input.filter((_, i) => i % 3 === c);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(fill[c]).toBeCloseTo(mean, 6);
    }
  });

  it('blurs an even picture to itself, within 1e-6', () => {
    const even = new Float32Array(gray.width * gray.height).fill(0.7);
    for (const value of brushFill('blur', even, gray)) expect(value).toBeCloseTo(0.7, 6);
  });

  it('changes exactly the pixels whose center is within the radius of the stroke, in every channel', () => {
    const input = inputOf(color);
    const edited = input.slice();
    const fill = brushFill('erase', input, color);
    paintStrokeInto(edited, fill, color, { from: { x: 1, y: 3 }, to: { x: 6, y: 3 }, radius: 1.6 });
    for (let i = 0; i < color.width * color.height; i++) {
      const [x, y] = [(i % color.width) + 0.5, Math.floor(i / color.width) + 0.5];
      const inside = Math.hypot(x - Math.max(1, Math.min(6, x)), y - 3) <= 1.6;
      for (let c = 0; c < 3; c++) expect(edited[3 * i + c]).toBe((inside ? fill : input)[3 * i + c]);
    }
  });

  it('stays inside the picture', () => {
    const edited = inputOf(gray);
    const stroke = { from: { x: -9, y: -9 }, to: { x: 40, y: 40 }, radius: 3 };
    paintStrokeInto(edited, brushFill('erase', edited, gray), gray, stroke);
    expect(edited).toHaveLength(48);
  });

  it('shows the input as the picture it was made from', () => {
    const values = [0, 64, 128, 255];
    const card = { ...gray, width: 2, height: 2 };
    const input = Float32Array.from(values, (value) => (value / 255 - 0.5) / 0.25);
    expect([...inputPixels(input, card)]).toEqual(values.flatMap((value) => [value, value, value, 255]));
  });
});

describe('the sliders', () => {
  const card = { ...gray, width: 2, height: 2 };
  const input = Float32Array.of(0, 0.25, 0.5, 1).map((value) => (value - 0.5) / 0.25);
  const grays = (adjusted: Float32Array) => [...adjusted].map((value) => value * 0.25 + 0.5);

  it('change nothing where they stand in the middle', () => {
    expect(adjustInput(input, card, unadjusted)).toEqual(input);
  });

  it('add brightness, stretch around the middle gray, and stay between black and white', () => {
    expect(grays(adjustInput(input, card, { ...unadjusted, brightness: 0.25 }))).toEqual([
      0.25, 0.5, 0.75, 1,
    ]);
    expect(grays(adjustInput(input, card, { ...unadjusted, contrast: 2 }))).toEqual([0, 0, 0.5, 1]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareInput } from '../../../shared/imaging/model-input.ts';
import type { SourceImage } from '../../../shared/imaging/source-image.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';

const SEED = 20260102;
const side = fc.integer({ min: 1, max: 40 });
const modes = fc.constantFrom('stretch' as const, 'pad' as const, 'crop' as const);

const cards = (height: number, width: number, resize: ModelCard['input']['resize']): ModelCard['input'] => ({
  layout: 'NCHW',
  channels: 1,
  height,
  width,
  range: [0, 1],
  mean: [0],
  std: [1],
  resize,
});

function filled(width: number, height: number, value: number): SourceImage {
  const data = new Uint8Array(width * height).fill(value);
  return { width, height, channels: 1, bitDepth: 8, data, format: 'png', spacing: null, warnings: [] };
}

describe('prepareInput, for any source and input size,', () => {
  it('stays in the range and never invents brightness', () => {
    const bounded = fc.property(side, side, side, side, modes, (width, height, inWidth, inHeight, resize) => {
      const { input } = prepareInput(filled(width, height, 255), cards(inHeight, inWidth, resize));
      expect(input.data.length).toBe(inWidth * inHeight);
      for (const value of input.data) expect(value >= 0 && value <= 1 + 1e-6).toBe(true);
      if (resize !== 'pad') expect(Math.min(...input.data)).toBeGreaterThan(1 - 1e-6);
    });
    fc.assert(bounded, { seed: SEED, numRuns: 200 });
  });

  it('places pad around the source, crop inside it, and stretch on it', () => {
    const placed = fc.property(side, side, side, side, modes, (width, height, inWidth, inHeight, resize) => {
      const { placement } = prepareInput(filled(width, height, 9), cards(inHeight, inWidth, resize));
      const right = placement.x + placement.width;
      const bottom = placement.y + placement.height;
      if (resize === 'stretch')
        expect([placement.x, placement.y, right, bottom]).toEqual([0, 0, width, height]);
      if (resize === 'crop') {
        expect(Math.min(placement.x, placement.y)).toBeGreaterThanOrEqual(-1e-9);
        expect(right - width).toBeLessThan(1e-9);
        expect(bottom - height).toBeLessThan(1e-9);
        expect(placement.width / placement.height).toBeCloseTo(inWidth / inHeight, 9);
      }
      if (resize === 'pad') {
        expect(Math.max(placement.x, placement.y)).toBeLessThanOrEqual(0);
        expect(right - width).toBeGreaterThan(-1e-9);
        expect(bottom - height).toBeGreaterThan(-1e-9);
      }
    });
    fc.assert(placed, { seed: SEED, numRuns: 300 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampedGaze,
  panned,
  toPanel,
  toSource,
  viewportOf,
  zoomedAt,
} from '../../viewer/src/lib/viewport.ts';

const image = { width: 320, height: 200 };
const panel = { width: 400, height: 400 };
const whole = { zoom: 1, x: 0.5, y: 0.5 };
const gazes = fc.record({
  zoom: fc.double({ min: 1, max: 64, noNaN: true }),
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('the viewport', () => {
  it('shows the whole image at zoom 1, centerd', () => {
    expect(viewportOf(image, panel, whole)).toEqual({ scale: 1.25, offsetX: 0, offsetY: 75 });
    expect(clampedGaze(image, panel, { zoom: 1, x: 0.9, y: 0 })).toEqual(whole);
  });

  it('leads from source to panel and back, within 1e-9 pixels', () => {
    fc.assert(
      fc.property(gazes, (gaze) => {
        const viewport = viewportOf(image, panel, gaze);
        const back = toSource(viewport, toPanel(viewport, { x: 17.25, y: 3.5 }));
        expect(Math.hypot(back.x - 17.25, back.y - 3.5)).toBeLessThan(1e-9);
      }),
      { seed: 5 },
    );
  });

  it('keeps the point under the pointer in place while zooming inside the image', () => {
    const gaze = zoomedAt(image, panel, whole, 3, { x: 100, y: 180 });
    const before = toSource(viewportOf(image, panel, whole), { x: 100, y: 180 });
    const after = toSource(viewportOf(image, panel, gaze), { x: 100, y: 180 });
    expect(gaze.zoom).toBe(3);
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
  });

  it('never shows black where the image is larger than the panel', () => {
    fc.assert(
      fc.property(
        gazes,
        fc.integer({ min: -900, max: 900 }),
        fc.integer({ min: -900, max: 900 }),
        (gaze, dx, dy) => {
          const { scale, offsetX } = viewportOf(image, panel, panned(image, panel, gaze, dx, dy));
          expect(offsetX).toBeLessThanOrEqual(1e-6);
          expect(offsetX + image.width * scale).toBeGreaterThanOrEqual(panel.width - 1e-6);
        },
      ),
      { seed: 6 },
    );
  });
});

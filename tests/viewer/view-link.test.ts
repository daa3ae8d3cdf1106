import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedView } from '../../viewer/src/lib/checked-view.ts';
import { readRunFragment, writeRunFragment } from '../../viewer/src/lib/run-fragment.ts';
import { initialView, type View } from '../../viewer/src/lib/view.ts';
import { viewChange } from '../../viewer/src/lib/view-keys.ts';
import { packView, unpackView } from '../../viewer/src/lib/view-link.ts';

const views: fc.Arbitrary<View> = fc.record({
  opacity: fc.double({ min: 0, max: 1, noNaN: true }),
  top: fc.integer({ min: 1, max: 100 }),
  style: fc.constantFrom('fill', 'contour'),
  scale: fc.constantFrom('own', 'shared'),
  unsigned: fc.constantFrom('inferno', 'viridis'),
  signed: fc.constant('puor'),
  window: fc
    .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 101, max: 255 }))
    .map((pair) => pair as readonly [number, number]),
  inverted: fc.boolean(),
  zoom: fc.double({ min: 1, max: 64, noNaN: true }),
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
  columns: fc.integer({ min: 0, max: 6 }),
  compare: fc.constantFrom('grid', 'swipe', 'flicker', 'difference'),
  a: fc.constantFrom('', 'grad-cam'),
  b: fc.constantFrom('', 'guided-ig'),
  border: fc.double({ min: 0, max: 1, noNaN: true }),
  region: fc.constantFrom(null, [3, 4, 50, 60] as const),
  probe: fc.constantFrom(null, [133, 87] as const),
  step: fc.constantFrom(0, 5, 100),
  target: fc.constantFrom(null, 0, 3),
  open: fc.constantFrom([], ['faithfulness', 'trust:xrai']),
  hidden: fc.boolean(),
});

describe('a view in a link', () => {
  it('comes back as it was, in characters that need no escaping', async () => {
    await fc.assert(
      fc.asyncProperty(views, async (view) => {
        const text = await packView(view);
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
        expect(await unpackView(text)).toEqual(view);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('is nothing where nothing was changed', async () => {
    expect(await packView(initialView)).toBe('');
    expect(await unpackView('')).toEqual(initialView);
  });

  it('is the initial view where the link was cut or is not one', async () => {
    const text = await packView({ ...initialView, top: 5, style: 'contour', zoom: 3.25 });
    expect(await unpackView(text.slice(0, 6))).toEqual(initialView);
    expect(await unpackView('%%%')).toEqual(initialView);
  });

  it('drops parts that are out of range or of the wrong kind and keeps the others', () => {
    expect(
      checkedView({
        opacity: 7,
        top: 0,
        style: 'red',
        window: [9, 3],
        probe: [1],
        target: 0.5,
        open: [7],
        zoom: 4,
        evil: 1,
      }),
    ).toEqual({
      ...initialView,
      zoom: 4,
    });
  });
});

describe('the run fragment', () => {
  it('gives back run, list and view', () => {
    const address = { runId: 'ab'.repeat(16), list: 'q=x&status=failed', view: 'q1Yq_-s' };
    expect(readRunFragment(`#${writeRunFragment(address)}`)).toEqual(address);
  });

  it('names no run where the id is not 32 hex digits', () => {
    expect(readRunFragment('#run=../../secret').runId).toBeNull();
  });
});

describe('the keyboard', () => {
  it('moves opacity and share in steps that stay in range', () => {
    expect(viewChange({ ...initialView, opacity: 0.98 }, ']')).toEqual({ opacity: 1 });
    expect(viewChange({ ...initialView, opacity: 0.02 }, '[')).toEqual({ opacity: 0 });
    expect(viewChange({ ...initialView, top: 10 }, '.')).toEqual({ top: 15 });
    expect(viewChange({ ...initialView, top: 10 }, ',')).toEqual({ top: 9 });
    expect(viewChange({ ...initialView, top: 1 }, ',')).toEqual({ top: 1 });
  });

  it('leaves unknown keys to the browser', () => {
    expect(viewChange(initialView, 'q')).toBeNull();
  });
});

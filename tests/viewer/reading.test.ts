import { describe, expect, it } from 'vitest';
import { rankCorrelation as metricRankCorrelation } from '../../shared/metrics/agreement.ts';
import {
  correlationMatrix,
  magnitudeRanks,
  overlapMatrix,
  rankCorrelation,
  strongestOverlap,
  strongestPixels,
} from '../../viewer/src/lib/agreement.ts';
import { type AttributionMap, attributionMap, thresholdOf } from '../../viewer/src/lib/attribution-map.ts';
import { mapDifference } from '../../viewer/src/lib/comparison.ts';
import { runTable } from '../../viewer/src/lib/export-table.ts';
import { probeChange } from '../../viewer/src/lib/probe-keys.ts';
import { imageFigures, regionArea, regionBetween, regionFigures } from '../../viewer/src/lib/region.ts';
import { thumbnailPlace } from '../../viewer/src/lib/thumbnail-place.ts';
import { initialView } from '../../viewer/src/lib/view.ts';
import { exampleManifest } from './fixture/example-run.ts';
import { seededNumbers } from './fixture/phantom.ts';

const map = (...values: number[]) => attributionMap(Float32Array.from(values), values.length / 2, 2);
const whole = { x: 0, y: 0, width: 4, height: 2 };

describe('a region', () => {
  it('lies between two corners in any order, in whole pixels, inside the image', () => {
    expect(regionBetween({ x: 9.6, y: 3.2 }, { x: -4, y: 1.4 }, { width: 8, height: 8 })).toEqual([
      0, 1, 8, 3,
    ]);
    expect(regionBetween({ x: 1, y: 1 }, { x: 1.2, y: 5 }, { width: 8, height: 8 })).toBeNull();
  });

  it('counts the map pixels whose center lies inside', () => {
    const figures = regionFigures(map(1, 2, 3, 4, -1, -2, -3, -4), whole, [1, 0, 3, 2]);
    expect(figures).toEqual({ pixels: 4, mean: 0, deviation: Math.sqrt(26 / 4), share: 10 / 20 });
  });

  it('follows the rectangle of the image that the map covers', () => {
    const covered = { x: 10, y: 10, width: 8, height: 4 };
    expect(regionFigures(map(1, 2, 3, 4, 5, 6, 7, 8), covered, [10, 10, 12, 12])).toMatchObject({
      pixels: 1,
      mean: 1,
    });
    expect(regionFigures(map(1, 2, 3, 4, 5, 6, 7, 8), covered, [0, 0, 9, 9])).toBeNull();
  });

  it('gives the image’s own mean and deviation, for a rendering of any size', () => {
    const pixels = Uint8ClampedArray.from([0, 100, 200, 40].flatMap((gray) => [gray, gray, gray, 255]));
    const picture = { width: 2, height: 2, pixels };
    expect(imageFigures(picture, { width: 2, height: 2 }, [0, 0, 2, 1])).toEqual({ mean: 50, deviation: 50 });
    expect(imageFigures(picture, { width: 8, height: 8 }, [4, 4, 8, 8])).toEqual({ mean: 40, deviation: 0 });
  });

  it('has an area where the size of a pixel is known', () => {
    expect(regionArea([0, 0, 10, 4], [0.5, 2])).toBe(40);
    expect(regionArea([0, 0, 10, 4], null)).toBeNull();
  });
});

describe('agreement', () => {
  const next = seededNumbers(4);
  const noise = () =>
    attributionMap(
      Float32Array.from({ length: 400 }, () => Math.round(20 * next()) - 10),
      20,
      20,
    );

  const overlap = (a: AttributionMap, b: AttributionMap, percent: number) =>
    strongestOverlap(strongestPixels(a, percent), strongestPixels(b, percent));
  /** The definition, pixel by pixel. */
  const plainOverlap = (a: AttributionMap, b: AttributionMap, percent: number) => {
    const shown = (of: AttributionMap, i: number) => Math.abs(of.values[i]!) >= thresholdOf(of, percent);
    const pixels = [...a.values.keys()];
    const both = pixels.filter((i) => shown(a, i) && shown(b, i)).length;
    const either = pixels.filter((i) => shown(a, i) || shown(b, i)).length;
    return either > 0 ? both / either : 0;
  };

  it('of every two maps is what the definition gives, in both halves of the matrix', () => {
    const maps = [noise(), attributionMap(new Float32Array(400), 20, 20), noise(), noise()];
    const small = attributionMap(Float32Array.of(1, -2, 3, 0), 2, 2);
    for (const percent of [1, 20, 63, 100]) {
      const expected = [...maps, small].map((a) =>
        [...maps, small].map((b) =>
          a.values.length === b.values.length ? plainOverlap(a, b, percent) : null,
        ),
      );
      expect(overlapMatrix([...maps, small], percent)).toEqual(expected);
    }
    const ranks = [noise(), noise(), small].map(magnitudeRanks);
    const matrix = correlationMatrix(ranks);
    expect(matrix[0]![1]).toBe(rankCorrelation(ranks[0]!, ranks[1]!));
    expect(matrix[1]![0]).toBe(matrix[0]![1]);
    expect(matrix[2]).toEqual([null, null, expect.closeTo(1, 12)]);
  });

  it('is the same rank correlation as the trust metric, within 1e-12', () => {
    const [a, b] = [noise(), noise()];
    const expected = metricRankCorrelation(a.values.map(Math.abs), b.values.map(Math.abs));
    expect(rankCorrelation(magnitudeRanks(a), magnitudeRanks(b))).toBeCloseTo(expected, 12);
  });

  it('is 1 with itself, whatever the sign', () => {
    const a = map(1, 2, 3, 4, 5, 6, 7, 8);
    const mirrored = map(-1, -2, -3, -4, -5, -6, -7, -8);
    expect(rankCorrelation(magnitudeRanks(a), magnitudeRanks(mirrored))).toBeCloseTo(1, 12);
    expect(overlap(a, mirrored, 50)).toBe(1);
  });

  it('overlaps by what both show among what either shows', () => {
    expect(overlap(map(9, 8, 0, 0), map(0, 8, 9, 0), 50)).toBe(1 / 3);
  });
});

describe('a difference', () => {
  it('compares shares of each own limit, clipped', () => {
    const difference = mapDifference(
      { map: map(1, 0, -2, 9), limit: 2 },
      { map: map(10, 0, 10, -99), limit: 10 },
    )!;
    expect([...difference.values]).toEqual([-0.5, 0, -2, 2]);
  });

  it('does not exist between maps of different size', () => {
    expect(mapDifference({ map: map(1, 2), limit: 1 }, { map: map(1, 2, 3, 4), limit: 1 })).toBeNull();
  });
});

describe('the table of a run', () => {
  const manifest = exampleManifest(2, { failing: ['xrai'] });
  const rows = runTable(manifest, [], null)
    .trimEnd()
    .split('\r\n')
    .map((row) => row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));

  it('has one row a method, each as long as the heading', () => {
    expect(rows).toHaveLength(9);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([26]));
  });

  it('quotes what holds a comma and keeps numbers as they are', () => {
    const xrai = rows.find((row) => row.includes('xrai'))!;
    expect(xrai[25]).toBe('"explain: expected at most 3008 MB, got more while the fourth batch ran"');
    expect(Number(rows.find((row) => row.includes('grad-cam'))![13])).toBe(31);
  });

  it('keeps text from being run as a formula', () => {
    const named = { ...manifest, target: { ...manifest.target, name: '=1+1' } };
    expect(runTable(named, [], null)).toContain("'=1+1");
  });
});

describe('a thumbnail', () => {
  it('puts the map where it lies on the centered image', () => {
    const placement = { x: 48, y: 0, width: 224, height: 224 };
    expect(thumbnailPlace({ width: 320, height: 224, placement })).toEqual({
      left: '15%',
      top: '15%',
      width: '70%',
      height: '70%',
    });
  });
});

describe('the pinned probe', () => {
  const image = { width: 100, height: 50 };
  const press = (key: string, view = initialView, shiftKey = false) =>
    probeChange(view, image, { key, shiftKey });

  it('starts in the middle of what is seen and stays inside the image', () => {
    expect(press('p')).toEqual({ probe: [50, 25] });
    const pinned = { ...initialView, probe: [95, 0] as const };
    expect(press('ArrowRight', pinned, true)).toEqual({ probe: [99, 0] });
    expect(press('ArrowUp', pinned)).toEqual({ probe: [95, 0] });
    expect(press('p', pinned)).toEqual({ probe: null });
  });

  it('leaves the arrows to the panels where it is not pinned', () => {
    expect(press('ArrowRight')).toBeNull();
  });
});

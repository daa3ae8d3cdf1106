import { expect, test } from 'vitest';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { bokehImage } from '../../../shared/metrics/bokeh.ts';
import { controlMaps } from '../../../shared/metrics/control-maps.ts';
import { areaUnder, sampleCurve } from '../../../shared/metrics/curve.ts';
import type { GrayLevelImage } from '../../../shared/metrics/gray-levels.ts';
import { aggregateCurves, informationCurve } from '../../../shared/metrics/information-curve.ts';
import { seedMask } from '../../../shared/metrics/seed-mask.ts';
import { shannonEntropy } from '../../../shared/metrics/shannon-entropy.ts';
import { withControls } from '../../../shared/metrics/with-controls.ts';

const SIDE = 24;
const extent = { height: SIDE, width: SIDE };
const gray = (level: (x: number, y: number) => number, channels = 1): GrayLevelImage => ({
  ...extent,
  channels,
  data: Uint8Array.from({ length: SIDE * SIDE * channels }, (_, i) => {
    const p = Math.floor(i / channels);
    return level(p % SIDE, Math.floor(p / SIDE));
  }),
});

test('a plane comes back from its corners: interpolation is linear', () => {
  const plane = gray((x, y) => 3 * x + 4 * y, 3);
  expect(bokehImage(plane, new Uint8Array(SIDE * SIDE)).data).toEqual(plane.data);
});

test('known pixels stay, unknown ones lie between them', () => {
  const random = xoshiro(1);
  const image = gray(() => random.below(256));
  const known = seedMask(extent, xoshiro(2), 0.2);
  const { data } = bokehImage(image, known);
  known.forEach((given, p) => {
    if (given) expect(data[p]).toBe(image.data[p]);
  });
  expect(data).not.toEqual(image.data);
});

test('the seed mask has the floor of its share, and follows its seed', () => {
  const count = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);
  expect(count(seedMask(extent, xoshiro(3)))).toBe(5);
  expect(seedMask(extent, xoshiro(3))).toEqual(seedMask(extent, xoshiro(3)));
});

test('entropy is nothing for a constant, little for a ramp, and eight bits a pixel for noise', () => {
  expect(shannonEntropy(gray(() => 0))).toBe(0);
  // Differences of a ramp: 0 in the first column, 3 in all others.
  const first = 1 / SIDE;
  const bits = -(first * Math.log2(first) + (1 - first) * Math.log2(1 - first));
  expect(shannonEntropy(gray((x) => 3 * x))).toBeCloseTo((SIDE * SIDE * bits) / 8, 10);
  expect(shannonEntropy(gray((x) => 3 * x, 3))).toBeCloseTo((3 * SIDE * SIDE * bits) / 8, 10);
  const random = xoshiro(6);
  expect(shannonEntropy(gray(() => random.below(256)))).toBeGreaterThan(0.9 * SIDE * SIDE);
});

test('curves: of equal x the last counts, outside the ends are held', () => {
  const at = Float64Array.of(0, 0.25, 0.5, 1);
  const points = [
    [0.5, 0.2],
    [0.5, 0.4],
    [0, 0],
    [1, 1],
  ] as const;
  expect([...sampleCurve(points, at)]).toEqual([0, 0.1, 0.4, 1]);
  expect(areaUnder({ x: Float64Array.of(0, 1, 3), y: Float64Array.of(0, 1, 0) })).toBe(1.5);
});

/** A textured disk on gray; the score is how much of the disk is shown as it is. */
const inDisk = (x: number, y: number): boolean => (x - 8) ** 2 + (y - 15) ** 2 < 20;
const scene = gray((x, y) => (inDisk(x, y) ? 20 + ((x * 37 + y * 61) % 200) : 100 + ((x * y) % 9)));
const fidelity = ({ data }: GrayLevelImage): number => {
  let [same, all] = [0, 0];
  data.forEach((value, p) => {
    if (!inDisk(p % SIDE, Math.floor(p / SIDE))) return;
    all++;
    if (Math.abs(value - scene.data[p]!) < 3) same++;
  });
  return same / all;
};
const subject = {
  image: scene,
  seed: seedMask(extent, xoshiro(4)),
  score: async (images: readonly GrayLevelImage[]) => images.map(fidelity),
  information: shannonEntropy,
};
const truth = Float64Array.from({ length: SIDE * SIDE }, (_, p) =>
  inDisk(p % SIDE, Math.floor(p / SIDE)) ? 1 + p / 1000 : p / 1e6,
);

test('the map of what the model looks at beats chance, and so do edges where only it has texture', async () => {
  const areas = await withControls(truth, controlMaps([scene.data], extent, xoshiro(5)), async (map) => {
    const found = await informationCurve(map, subject);
    return found.kind === 'curve' ? found.area : Number.NaN;
  });
  expect(areas.map).toBeGreaterThan(areas.random + 0.1);
  expect(areas.edges).toBeGreaterThan(areas.random + 0.1);
});

test('an image is skipped, with the reason, where it says nothing about maps', async () => {
  const low = { ...subject, score: async (images: readonly GrayLevelImage[]) => images.map(() => 0.5) };
  expect(await informationCurve(truth, low)).toEqual({ kind: 'skipped', reason: 'score-low' });
  const same = { ...subject, score: async (images: readonly GrayLevelImage[]) => images.map(() => 1) };
  expect(await informationCurve(truth, same)).toEqual({ kind: 'skipped', reason: 'blurred-scores' });
  const flat = { ...subject, information: () => 100 };
  expect(await informationCurve(truth, flat)).toEqual({ kind: 'skipped', reason: 'blurred-informative' });
});

test('aggregates take the median over images that count, and count the others by reason', async () => {
  const curve = await informationCurve(truth, subject);
  const found = aggregateCurves([curve, curve, { kind: 'skipped', reason: 'score-low' }]);
  expect(found).toMatchObject({
    images: 2,
    skipped: { 'score-low': 1, 'blurred-informative': 0, 'blurred-scores': 0 },
  });
  expect(curve.kind === 'curve' && Math.abs(curve.area - found.area)).toBeLessThan(1e-12);
});

test("the edge map is Sobel's gradient", () => {
  const { edges } = controlMaps([gray((x) => 2 * x).data], extent, xoshiro(1));
  expect(edges[5 * SIDE + 5]).toBe(2 * 2 * 4);
});

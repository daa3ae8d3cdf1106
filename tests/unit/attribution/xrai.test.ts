import { expect, test } from 'vitest';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { takesBaseline } from '../../../shared/attribution/takes-baseline.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const xrai = methodNamed('xrai');
const SIDE = 32;
const shape = [SIDE, SIDE, 1];
/** A bright square on dark ground; the model counts only the square. */
const inSquare = (p: number): boolean =>
  Math.abs(Math.floor(p / SIDE) - 20) < 6 && Math.abs((p % SIDE) - 10) < 6;
const pixels = Float64Array.from({ length: SIDE * SIDE }, (_, p) => p);
const input = tensor(
  pixels.map((p) => (inSquare(p) ? 1 : 0.1)),
  shape,
);
const weights = pixels.map((p) => (inSquare(p) ? 1 : 0));
const run = (options: object) => {
  const model = closedForm(powerSum(weights, 2), shape);
  return xrai.attribute(model, input, { target: 0 }, parseOptions(xrai, options));
};

test.each(['full', 'fast'])('%s: the region of the square stands out', async (algorithm) => {
  const { map } = await run({ algorithm });
  expect(map.shape).toEqual([SIDE, SIDE]);
  expect(map.data[20 * SIDE + 10]!).toBeGreaterThan(5 * Math.abs(map.data[2 * SIDE + 28]!));
});

test('the sum over the image is that of the base method', async () => {
  const { map } = await run({ of: 'gradients' });
  const sum = map.data.reduce((total, value) => total + value, 0);
  const base = pixels.reduce((total, p) => total + 2 * weights[p]! * input.data[p]!, 0);
  expect(sum).toBeCloseTo(base, 3);
});

test('integrated gradients run 100 steps from the least and the greatest value', async () => {
  expect(await run({})).toMatchObject({ gradients: 200, forwards: 4 });
  expect(parseOptions(xrai, {})).toMatchObject({ baselines: 'extremes', ofOptions: { steps: 100 } });
});

test('a base without a baseline runs once', async () => {
  expect(await run({ of: 'gradients' })).toMatchObject({ gradients: 1, forwards: 0 });
  expect(parseOptions(xrai, { of: 'gradients' })).toMatchObject({ baselines: 'own' });
});

test('an early end leaves the rest at its own mean', async () => {
  const { map } = await run({ areaThreshold: 0.1 });
  const rest = new Set([...map.data].filter((_, p) => !inSquare(p) && p < 8 * SIDE));
  expect(rest.size).toBe(1);
});

test('a given baseline is where the base method starts, once, whatever the option says', async () => {
  const baseline = tensor(new Float64Array(SIDE * SIDE).fill(0.5), shape);
  const given = async (options: object, context: object) => {
    const model = closedForm(powerSum(weights, 2), shape);
    return xrai.attribute(model, input, { target: 0, ...context }, parseOptions(xrai, options));
  };
  const found = await given({}, { baseline });
  expect(found).toMatchObject({ gradients: 100, forwards: 2 });
  const named = await given({ baselines: 'own', ofOptions: { baseline: 0.5 } }, {});
  expect(found.map.data).toEqual(named.map.data);
});

test('methods that read a baseline are told by their options', () => {
  const takes = (name: string, options = {}): boolean =>
    takesBaseline(parseOptions(methodNamed(name), options));
  for (const name of ['integrated-gradients', 'occlusion', 'xrai', 'rise']) expect(takes(name)).toBe(true);
  for (const name of ['gradients', 'grad-cam', 'blur-ig', 'smoothgrad']) expect(takes(name)).toBe(false);
  expect(takes('smoothgrad', { of: 'occlusion' })).toBe(true);
  expect(takes('xrai', { of: 'gradients' })).toBe(false);
});

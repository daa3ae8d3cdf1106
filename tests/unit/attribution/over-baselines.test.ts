import { expect, test } from 'vitest';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const weights = Float64Array.of(1, -2, 3, 0.5);
const shape = [2, 2, 1];
const input = tensor(Float64Array.of(0.5, -1, 1.5, 2), shape);
const preprocessing = { range: [0, 1] as const, mean: [0.5], std: [0.25] };

async function run(name: string, options: object, context = {}) {
  const method = methodNamed(name);
  const model = closedForm(powerSum(weights, 3), shape);
  const parsed = parseOptions(method, options);
  const found = await method.attribute(model, input, { target: 0, preprocessing, ...context }, parsed);
  return { ...found, calls: model.calls, declared: method.cost(parsed) };
}

test.each(['integrated-gradients', 'guided-ig', 'idgi', 'input-x-gradient'])(
  '%s over a list of baselines is the mean of its maps over each',
  async (name) => {
    const list = ['black', 'white', 0.25];
    const apart: Float32Array[] = [];
    for (const baseline of list) apart.push((await run(name, { baseline })).map.data);
    const { map, calls, declared, gradients, forwards } = await run(name, { baseline: list });
    map.data.forEach((value, i) => {
      const mean = apart.reduce((sum, one) => sum + one[i]!, 0) / list.length;
      expect(Math.abs(value - mean)).toBeLessThan(1e-5 * Math.max(1, Math.abs(mean)));
    });
    expect({ gradients, forwards }).toEqual({ ...declared });
    expect(calls).toMatchObject({ ...declared });
  },
);

test('the mean over black and white is complete for the mean of both differences', async () => {
  const [black, white] = [
    await run('integrated-gradients', { baseline: 'black' }),
    await run('integrated-gradients', { baseline: 'white' }),
  ];
  const { completeness } = await run('integrated-gradients', { baseline: ['black', 'white'] });
  const mean = (black.completeness!.expected + white.completeness!.expected) / 2;
  expect(completeness!.expected).toBeCloseTo(mean, 5);
  expect(completeness!.gap).toBeLessThan(1e-4);
});

test('a baseline given as an array overrides the whole list', async () => {
  const baseline = tensor(Float64Array.of(0.1, 0.2, 0.3, 0.4), shape);
  const listed = await run('integrated-gradients', { baseline: [0, 1] }, { baseline });
  const single = await run('integrated-gradients', {}, { baseline });
  expect(listed.map).toEqual(single.map);
});

test('an empty list of baselines is refused', () => {
  const method = methodNamed('guided-ig');
  expect(() => parseOptions(method, { baseline: [] })).toThrow(
    /baseline: .*expected array to have >=1 items/,
  );
});

test.each([[['blue']], [{}], ['blue']])('the baseline %j is refused', (baseline) => {
  const method = methodNamed('integrated-gradients');
  expect(() => parseOptions(method, { baseline })).toThrow(/baseline: expected a number, a name or a list/);
});

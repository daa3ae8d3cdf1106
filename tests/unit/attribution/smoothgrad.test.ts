import { expect, test } from 'vitest';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const smoothgrad = methodNamed('smoothgrad');
const shape = [4, 4, 1];
const weights = Float64Array.from({ length: 16 }, (_, i) => Math.cos(i));
const input = tensor(
  Float64Array.from(weights, (_, i) => i / 15),
  shape,
);
const run = (options: object, power = 1) => {
  const model = closedForm(powerSum(weights, power), shape);
  return smoothgrad.attribute(model, input, { target: 0 }, parseOptions(smoothgrad, options));
};

test('on a linear model the mean is the gradient itself', async () => {
  const { map } = await run({ samples: 3 });
  map.data.forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]!, 6);
  });
});

test('on a linear model the magnitude is the squared gradient, unsigned', async () => {
  const found = await run({ samples: 3, magnitude: true });
  found.map.data.forEach((value, i) => {
    expect(value).toBeCloseTo(weights[i]! ** 2, 6);
  });
  expect(found).toMatchObject({ signed: false, unit: '(score per input unit)²' });
});

test('noise has the standard deviation spread · (max − min)', async () => {
  // F = Σ w x²: gradient 2 w (x + ε), so the map differs from 2 w x by 2 w mean(ε).
  const samples = 400;
  const { map } = await run({ samples, spread: 0.3, seed: 2 }, 2);
  const errors = [...map.data].map((value, i) => value / (2 * weights[i]!) - input.data[i]!);
  const deviation = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / 16);
  expect(deviation).toBeGreaterThan(0.6 * (0.3 / Math.sqrt(samples)));
  expect(deviation).toBeLessThan(1.4 * (0.3 / Math.sqrt(samples)));
});

test('it runs the inner method with its own options and counts every call', async () => {
  const found = await run({ of: 'integrated-gradients', ofOptions: { steps: 5 }, samples: 4 });
  expect(found).toMatchObject({ gradients: 20, forwards: 8 });
});

test('inner options are written out with their defaults', () => {
  expect(parseOptions(smoothgrad, { of: 'integrated-gradients' })).toMatchObject({
    ofOptions: { steps: 25, quadrature: 'gauss-legendre', baseline: 0 },
  });
});

test('inner options may stand beside the outer ones; what neither knows is refused by name', () => {
  const flat = parseOptions(smoothgrad, { of: 'integrated-gradients', steps: 7, samples: 3 });
  expect(flat).toEqual(
    parseOptions(smoothgrad, { of: 'integrated-gradients', ofOptions: { steps: 7 }, samples: 3 }),
  );
  expect(() => parseOptions(smoothgrad, { of: 'integrated-gradients', stepz: 7 })).toThrow(/stepz/);
});

test('an unknown inner method and a wrong inner option are refused by name', () => {
  expect(() => parseOptions(smoothgrad, { of: 'magic' })).toThrow(/smoothgrad: invalid options: of: .*magic/);
  expect(() => parseOptions(smoothgrad, { of: 'integrated-gradients', ofOptions: { steps: 0 } })).toThrow(
    /integrated-gradients: invalid options: steps: .*>=1 \(got 0\)/,
  );
});

import { expect, test } from 'vitest';
import { normals } from '../../../shared/attribution/noise/normal.ts';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';

const COUNT = 100_000;

test('the same seed gives the same sequence, another seed another one', () => {
  const [a, b, c] = [xoshiro(7), xoshiro(7), xoshiro(8)];
  const first = Array.from({ length: 20 }, () => a.bits());
  expect(Array.from({ length: 20 }, () => b.bits())).toEqual(first);
  expect(Array.from({ length: 20 }, () => c.bits())).not.toEqual(first);
});

test('the sequence of seed 1 never changes', () => {
  const source = xoshiro(1);
  expect([source.bits(), source.bits(), source.bits()]).toMatchInlineSnapshot(`
    [
      393288148,
      2174103013,
      3814759091,
    ]
  `);
});

test('uniform numbers fill [0, 1) evenly', () => {
  const source = xoshiro(3);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < COUNT; i++) bins[Math.floor(source.uniform() * 10)]!++;
  // 5 standard deviations of a binomial(100000, 0.1)
  expect(Math.max(...bins.map((n) => Math.abs(n - COUNT / 10)))).toBeLessThan(5 * 95);
});

test('numbers below a bound reach every value and never the bound', () => {
  const source = xoshiro(5);
  const seen = new Set(Array.from({ length: 1000 }, () => source.below(7)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('normal numbers have mean 0, variance 1, and the tails of a normal', () => {
  const draw = normals(xoshiro(11));
  const values = Array.from({ length: COUNT }, draw);
  const mean = values.reduce((a, b) => a + b) / COUNT;
  const variance = values.reduce((a, b) => a + b * b, 0) / COUNT;
  const beyondTwo = values.filter((v) => Math.abs(v) > 2).length / COUNT;
  expect(Math.abs(mean)).toBeLessThan(0.015);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.003);
});

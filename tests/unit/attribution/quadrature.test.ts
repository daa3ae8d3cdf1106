import { expect, test } from 'vitest';
import { quadrature } from '../../../shared/attribution/quadrature.ts';

const integral = (
  rule: Parameters<typeof quadrature>[0],
  count: number,
  f: (x: number) => number,
): number => {
  const { nodes, weights } = quadrature(rule, count);
  return nodes.reduce((sum, node, k) => sum + weights[k]! * f(node), 0);
};

test.each([1, 2, 3, 8, 25, 64])('%i Gauss–Legendre nodes integrate x^(2n−1) exactly', (count) => {
  const degree = 2 * count - 1;
  expect(Math.abs(integral('gauss-legendre', count, (x) => x ** degree) - 1 / (degree + 1))).toBeLessThan(
    1e-14,
  );
});

test('Gauss–Legendre nodes ascend inside the interval and weights sum to one', () => {
  const { nodes, weights } = quadrature('gauss-legendre', 300);
  expect(nodes.every((node, k) => node > (nodes[k - 1] ?? 0) && node < 1)).toBe(true);
  expect(Math.abs(weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-13);
});

test('two Gauss–Legendre nodes are the textbook ones', () => {
  const { nodes } = quadrature('gauss-legendre', 2);
  expect(nodes[0]).toBeCloseTo((1 - 1 / Math.sqrt(3)) / 2, 15);
});

test('the midpoint rule is of second order, the reference mean of first', () => {
  const cube = (x: number): number => 4 * x ** 3;
  expect(Math.abs(integral('midpoint', 100, cube) - 1)).toBeLessThan(1e-4);
  expect(integral('reference', 25, cube)).toBeCloseTo(1 + 1 / 24, 3);
});

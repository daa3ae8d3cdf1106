import { expect, test } from 'vitest';
import { normalEquations } from '../../../shared/attribution/weighted-least-squares.ts';

test('three points and a plane: the coefficients are found exactly', () => {
  const equations = normalEquations(2);
  equations.add([1, 0], 3, 1);
  equations.add([0, 1], -2, 5);
  equations.add([1, 1], 1, 0.5);
  const [a, b] = equations.solve(0);
  expect(a).toBeCloseTo(3, 12);
  expect(b).toBeCloseTo(-2, 12);
});

test('one column: weight and ridge enter as in the formula', () => {
  const equations = normalEquations(1);
  equations.add([2], 3, 4);
  equations.add([1], 5, 2);
  expect(equations.solve(7)[0]).toBeCloseTo((4 * 2 * 3 + 2 * 5) / (4 * 4 + 2 + 7), 12);
});

test('a column that nothing tells apart gets zero', () => {
  const equations = normalEquations(2);
  equations.add([1, 0], 3, 1);
  expect([...equations.solve(0)]).toEqual([3, 0]);
});

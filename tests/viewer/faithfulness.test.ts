import { expect, it } from 'vitest';
import { margin, polyline } from '../../viewer/src/lib/faithfulness.ts';

it('the margin is insertion minus deletion', () => {
  expect(margin({ insertion: 0.9, deletion: 0.25 })).toBeCloseTo(0.65, 12);
});

it('a curve is drawn with its origin at the lower left', () => {
  expect(polyline({ x: [0, 0.5, 1], y: [0, 1, 0.25] }, 100, 60)).toBe('0.0,60.0 50.0,0.0 100.0,45.0');
});

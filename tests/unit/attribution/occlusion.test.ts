import { expect, test } from 'vitest';
import { occlusion } from '../../../shared/attribution/occlusion.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

const shape = [6, 5, 2];
const weights = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i));
const input = tensor(
  Float64Array.from(weights, (_, i) => Math.cos(2 * i)),
  shape,
);
const run = (options: { size: number; stride: number; value: number }, model = linear()) =>
  occlusion.attribute(model, input, { target: 0 }, options);
const linear = () => closedForm(powerSum(weights, 1), shape);

/** Steps of `stride`, and a last one flush with the border. */
function starts(extent: number, size: number, stride: number): number[] {
  const found: number[] = [];
  for (let at = 0; at + size <= extent; at += stride) found.push(at);
  return found.at(-1) === extent - size ? found : [...found, extent - size];
}

/** The loop of the reference, written out. */
function literal(size: number, stride: number, value: number): Float64Array {
  const map = new Float64Array(60);
  const inWindow = (top: number, left: number, visit: (i: number) => void): void => {
    for (let y = top; y < top + size; y++) {
      for (let x = left; x < left + size; x++) for (let c = 0; c < 2; c++) visit((y * 5 + x) * 2 + c);
    }
  };
  for (const top of starts(6, size, stride)) {
    for (const left of starts(5, size, stride)) {
      let drop = 0;
      inWindow(top, left, (i) => {
        drop += weights[i]! * (input.data[i]! - value);
      });
      inWindow(top, left, (i) => {
        map[i]! += drop;
      });
    }
  }
  return map;
}

test.each([
  [3, 1, 0],
  [2, 2, 0.5],
  [4, 3, -1],
])(
  'window %i, stride %i, value %d: the score drops of all windows over a pixel',
  async (size, stride, value) => {
    const { map } = await run({ size, stride, value });
    const expected = literal(size, stride, value);
    map.data.forEach((found, i) => {
      expect(Math.abs(found - expected[i]!)).toBeLessThan(1e-5);
    });
  },
);

test('224×224 with the default window takes 44,101 forward passes', () => {
  const cost = occlusion.cost({ size: 15, stride: 1, value: 0 }, { height: 224, width: 224 });
  expect(cost).toEqual({ gradients: 0, forwards: 44_101 });
});

test.each([
  [28, 15, 4],
  [128, 15, 4],
  [20, 6, 5],
])('every pixel of %i² lies in a window of %i at stride %i', async (side, size, stride) => {
  const flat = new Float64Array(side * side).fill(1);
  const model = closedForm(powerSum(flat, 1), [side, side, 1]);
  const image = tensor(flat, [side, side, 1]);
  const found = await occlusion.attribute(model, image, { target: 0 }, { size, stride, value: 0 });
  expect(Math.min(...found.map.data)).toBeGreaterThan(0);
  const cost = occlusion.cost({ size, stride, value: 0 }, { height: side, width: side });
  expect(found.forwards).toBe(cost.forwards);
});

test('a window larger than the image covers all of it once', async () => {
  const model = linear();
  await run({ size: 50, stride: 1, value: 0 }, model);
  expect(model.calls.forwards).toBe(2);
});

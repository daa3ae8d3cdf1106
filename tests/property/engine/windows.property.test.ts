/** Convolution and pooling over their whole attribute space: forward and gradients equal to the float64 twin. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Attributes } from '../../../shared/onnx/graph.ts';
import { int, ints } from '../../../shared/onnx/graph.ts';
import { checkOperator } from '../../unit/engine/check-operator.ts';
import { averagePool, conv, maxPool, type WindowSpec } from '../../unit/engine/twin/windows.ts';

const RUNS = { numRuns: 30, seed: 20240611 };
const pair = (min: number, max: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const convolution = fc.record({
  extents: pair(7, 9),
  kernel: pair(1, 3),
  strides: pair(1, 3),
  dilations: pair(1, 2),
  before: pair(0, 2),
  after: pair(0, 2),
  group: fc.integer({ min: 1, max: 3 }),
  inPerGroup: fc.integer({ min: 1, max: 3 }),
  outPerGroup: fc.integer({ min: 1, max: 3 }),
  batch: fc.integer({ min: 1, max: 2 }),
});

const pooling = fc.record({
  extents: pair(6, 9),
  kernel: pair(2, 3),
  strides: pair(1, 3),
  before: pair(0, 1),
  after: pair(0, 1),
  ceil: fc.boolean(),
  countPads: fc.boolean(),
  channels: fc.integer({ min: 1, max: 2 }),
});

function attributesOf({ kernel, strides, dilations, pads }: WindowSpec): Attributes {
  return { kernel_shape: ints(kernel), strides: ints(strides), dilations: ints(dilations), pads: ints(pads) };
}

describe('windows', () => {
  it('Conv: any stride, pad, dilation and group', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (c) => {
        const pads = [...c.before, ...c.after];
        const spec: WindowSpec = {
          kernel: c.kernel,
          strides: c.strides,
          dilations: c.dilations,
          pads,
          group: c.group,
        };
        await checkOperator({
          name: JSON.stringify(c),
          op: 'Conv',
          shapes: [
            [c.batch, c.group * c.inPerGroup, ...c.extents],
            [c.group * c.outPerGroup, c.inPerGroup, ...c.kernel],
          ],
          attributes: { ...attributesOf(spec), group: int(c.group) },
          twin: ([x, w]) => conv(x!, w!, undefined, spec),
        });
      }),
      RUNS,
    );
  });

  it.each(['MaxPool', 'AveragePool'] as const)('%s: any stride, pad and rounding', async (op) => {
    await fc.assert(
      fc.asyncProperty(pooling, async (c) => {
        const pads = [...c.before, ...c.after];
        const spec: WindowSpec = { ...c, dilations: [1, 1], pads };
        const { dilations: _, ...attributes } = attributesOf(spec);
        await checkOperator({
          name: JSON.stringify(c),
          op,
          shapes: [[1, c.channels, ...c.extents]],
          attributes: {
            ...attributes,
            ceil_mode: int(Number(c.ceil)),
            ...(op === 'AveragePool' ? { count_include_pad: int(Number(c.countPads)) } : {}),
          },
          twin: ([x]) => (op === 'MaxPool' ? maxPool : averagePool)(x!, spec),
        });
      }),
      RUNS,
    );
  });
});

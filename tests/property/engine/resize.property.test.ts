/**
 * Resize in every mode, as the engine's own operator computes it: sizes exactly, nearest pixels exactly, interpolated
 * ones to float32 rounding. The scales are those at which float32 and float64 part.
 */
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { floats, integers } from '../../../shared/onnx/constant.ts';
import { type Attributes, float, type Model, text } from '../../../shared/onnx/graph.ts';
import { specialize } from '../../../shared/onnx/specialize.ts';
import { writeModel, writeSourceModel } from '../../../shared/onnx/write-model.ts';
import { uniform } from '../../unit/engine/uniform.ts';

interface Resize {
  readonly op: 'Resize' | 'Upsample';
  readonly opset: number;
  readonly extents: readonly [number, number];
  /** Floats after the image; sizes come last. */
  readonly constants: readonly (readonly number[])[];
  readonly sizes?: readonly number[];
  readonly attributes: Attributes;
}

const runner = createOnnxRuntimeRunner({ threads: 1 });
const SCALES = [0.3, 0.6, 0.7, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.6, 2, 2.3, 2.7];
const MODES = ['nearest', 'linear', 'cubic'];
const COORDINATES = [
  'half_pixel',
  'pytorch_half_pixel',
  'asymmetric',
  'align_corners',
  'tf_half_pixel_for_nn',
];
const ROUNDINGS = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

const two = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<[T, T]> => fc.tuple(one, one);
const extents = two(fc.integer({ min: 4, max: 40 }));
const scales = two(fc.constantFrom(...SCALES));

const newer: fc.Arbitrary<Resize> = fc
  .record({
    extents,
    scales,
    opset: fc.constantFrom(11, 13, 18),
    mode: fc.constantFrom(...MODES),
    coordinates: fc.constantFrom(...COORDINATES),
    rounding: fc.constantFrom(...ROUNDINGS),
    bySize: fc.boolean(),
  })
  .map(({ extents, scales, opset, mode, coordinates, rounding, bySize }) => ({
    op: 'Resize',
    // The engine warns where newer files use it.
    opset: coordinates === 'tf_half_pixel_for_nn' ? 11 : opset,
    extents,
    constants: [[], bySize ? [] : [1, 1, ...scales]],
    ...(bySize && { sizes: [1, 2, ...extents.map((extent, axis) => Math.ceil(extent * scales[axis]!))] }),
    attributes: {
      mode: text(mode),
      coordinate_transformation_mode: text(coordinates),
      ...(mode === 'nearest' && { nearest_mode: text(rounding) }),
      ...(mode === 'cubic' && { cubic_coeff_a: float(-0.5) }),
    },
  }));

const older: fc.Arbitrary<Resize> = fc
  .record({
    extents,
    scales,
    mode: fc.constantFrom('nearest', 'linear'),
    op: fc.constantFrom('Resize', 'Upsample'),
  })
  .filter(({ op, scales }) => op === 'Resize' || scales.every((scale) => scale >= 1))
  .map(({ extents, scales, mode, op }) => ({
    op: op as Resize['op'],
    opset: op === 'Resize' ? 10 : 9,
    extents,
    constants: [[1, 1, ...scales]],
    attributes: { mode: text(mode) },
  }));

function modelOf({ op, opset, extents, constants, sizes, attributes }: Resize): Model {
  const floating = constants.map((list) => floats(list));
  const all = sizes ? [...floating, integers(sizes)] : floating;
  return {
    opset,
    producer: 'test',
    input: { name: 'x', type: 'float32', shape: [1, 2, ...extents] },
    output: { name: 'y', type: 'float32', shape: undefined },
    nodes: [
      { op, domain: '', inputs: ['x', ...all.map((_, index) => `c${index}`)], outputs: ['y'], attributes },
    ],
    constants: new Map(all.map((constant, index) => [`c${index}`, constant])),
  };
}

async function expectNative(given: Resize): Promise<void> {
  const model = modelOf(given);
  const shape = [1, 2, ...given.extents];
  const next = uniform(5);
  const data = Float32Array.from({ length: 2 * given.extents[0] * given.extents[1] }, next);
  const native = await ort.InferenceSession.create(writeSourceModel(model), { logSeverityLevel: 3 });
  const { y } = await native.run({ x: new ort.Tensor('float32', data, shape) });
  await native.release();
  const { graph, output } = specialize(model, shape);
  expect(graph.values.get(output)!.shape).toEqual(y!.dims);
  if (graph.nodes.length === 0) return;
  const session = await runner.load(writeModel(graph));
  const found = (await session.run({ x: { shape, data } }))[output]!;
  await session.release();
  const exact = given.attributes.mode!.kind === 'string' && given.attributes.mode.value === 'nearest';
  const expected = y!.data as Float32Array;
  const worst = found.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(worst).toBeLessThanOrEqual(exact ? 0 : 1e-5);
}

it.each<[string, fc.Arbitrary<Resize>]>([
  ['Resize since operator set 11', newer],
  ['Resize and Upsample before it', older],
])('%s', (_, resize) =>
  fc.assert(fc.asyncProperty(resize, expectNative), { numRuns: 250, seed: 20261126, endOnFailure: true }),
);

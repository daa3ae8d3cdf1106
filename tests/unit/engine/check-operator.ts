/**
 * Holds one operator of the engine against its float64 twin.
 *
 * The forward value must agree elementwise; the gradient of Σ r·y with respect to every float input must agree
 * with the twin's central difference along random directions. All randomness comes from `seed`.
 */
import { expect } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { differentiate } from '../../../shared/autodiff/differentiate.ts';
import type { GradientRule } from '../../../shared/autodiff/gradient-rule.ts';
import type { Constant } from '../../../shared/onnx/constant.ts';
import type { Attributes, Model } from '../../../shared/onnx/graph.ts';
import { specialize } from '../../../shared/onnx/specialize.ts';
import { writeModel } from '../../../shared/onnx/write-model.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import type { Array64 } from './twin/array.ts';
import { size } from './twin/array.ts';
import { uniform } from './uniform.ts';

export interface OperatorCase {
  readonly name: string;
  readonly op: string;
  readonly opset?: number;
  /** Shapes of the float inputs, in order; the first is the image. They come first in the node. */
  readonly shapes: readonly (readonly number[])[];
  /** Constants before the float inputs (the condition of Where). */
  readonly leading?: readonly Constant[];
  /** Constants after the float inputs ('' leaves one out). */
  readonly constants?: readonly (Constant | '')[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  /** Float inputs that are not differentiated (statistics of a normalization). */
  readonly fixed?: readonly number[];
  /** Whether the inputs after the first are weights in the file or inputs of the graph (default). */
  readonly weights?: 'constant' | 'input';
  /** Maps random values in (−1, 1) into the operator's domain. */
  readonly domain?: (value: number) => number;
  /** Rules in place of the table's. */
  readonly overrides?: readonly GradientRule[];
  readonly twin: (inputs: readonly Array64[]) => Array64;
}

const STEP = 1e-6;
/** float32 rounding through a few hundred products. */
const FORWARD_TOLERANCE = 2e-5;
const GRADIENT_TOLERANCE = 1e-4;

const runner = createOnnxRuntimeRunner({ threads: 1 });

export function randomArray(shape: readonly number[], next: () => number): Array64 {
  return { shape, data: Float64Array.from({ length: size(shape) }, next) };
}

export async function checkOperator(given: OperatorCase, seed = 7): Promise<void> {
  const next = uniform(seed);
  const { domain = (value) => value, fixed = [] } = given;
  const inputs = given.shapes.map((shape) => {
    const array = randomArray(shape, next);
    return { shape, data: Float64Array.from(Float32Array.from(array.data, domain)) };
  });
  const model = modelOf(given, inputs);
  const parameters = given.weights === 'constant' ? [] : inputs.map((_, index) => `x${index}`).slice(1);
  const { graph, output } = specialize(model, inputs[0]!.shape, { parameters });
  const expected = given.twin(inputs);
  expect(graph.values.get(output)!.shape, `${given.name}: inferred shape`).toEqual(expected.shape);
  const wanted = graph.inputs.filter((_, index) => !fixed.includes(index));
  const seedName = 'seed';
  const { builder, gradients } = differentiate(
    graph,
    output,
    wanted,
    (b) => b.input(seedName, expected.shape),
    given.overrides ? { overrides: given.overrides } : {},
  );
  const session = await runner.load(
    writeModel(builder.build([...new Set([output, ...wanted.map((name) => gradients.get(name)!)])])),
  );
  const weights = randomArray(expected.shape, next);
  const feeds: Record<string, Tensor32> = { [seedName]: narrow(weights) };
  inputs.forEach((input, index) => {
    feeds[`x${index}`] = narrow(input);
  });
  const used = Object.fromEntries(
    Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)),
  );
  const results = await session.run(used);
  await session.release();
  expectClose(results[output]!.data, expected.data, `${given.name}: forward`);
  for (const name of wanted) {
    const index = Number(name.slice(1));
    checkDirections(given, inputs, index, weights, results[gradients.get(name)!]!, next);
  }
}

function checkDirections(
  given: OperatorCase,
  inputs: readonly Array64[],
  index: number,
  weights: Array64,
  gradient: Tensor32,
  next: () => number,
): void {
  expect(gradient.shape, `${given.name}: gradient shape of input ${index}`).toEqual(inputs[index]!.shape);
  const norm = Math.hypot(...gradient.data);
  for (let trial = 0; trial < 3; trial++) {
    const direction = randomArray(inputs[index]!.shape, next);
    const value = (step: number): number => {
      const moved = inputs.map((input, other) =>
        other === index
          ? { shape: input.shape, data: input.data.map((v, at) => v + step * direction.data[at]!) }
          : input,
      );
      return dot(given.twin(moved).data, weights.data);
    };
    const numeric = (value(STEP) - value(-STEP)) / (2 * STEP);
    const analytic = dot(gradient.data, direction.data);
    const scale = Math.max(Math.abs(numeric), norm, 1e-3);
    expect(
      Math.abs(analytic - numeric) / scale,
      `${given.name}: input ${index}, direction ${trial}: ${analytic} for ${numeric}`,
    ).toBeLessThan(GRADIENT_TOLERANCE);
  }
}

function modelOf(given: OperatorCase, inputs: readonly Array64[]): Model {
  const constants = new Map<string, Constant>();
  inputs.slice(1).forEach(({ shape, data }, index) => {
    constants.set(`x${index + 1}`, { type: 'float32', shape, data: Float32Array.from(data) });
  });
  const names = (given.constants ?? []).map((constant, index) => {
    if (constant === '') return '';
    constants.set(`c${index}`, constant);
    return `c${index}`;
  });
  const leading = (given.leading ?? []).map((constant, index) => {
    constants.set(`l${index}`, constant);
    return `l${index}`;
  });
  const node = {
    op: given.op,
    domain: '',
    inputs: [...leading, ...inputs.map((_, index) => `x${index}`), ...names],
    outputs: Array.from({ length: given.outputs ?? 1 }, (_, index) => `y${index}`),
    attributes: given.attributes ?? {},
  };
  const nodes = [node];
  if (node.outputs.length > 1) {
    nodes.push({
      op: 'Concat',
      domain: '',
      inputs: node.outputs,
      outputs: ['y'],
      attributes: { axis: { kind: 'int', value: 1 } },
    });
  }
  return {
    opset: given.opset ?? 18,
    producer: 'test',
    input: { name: 'x0', type: 'float32', shape: inputs[0]!.shape },
    output: { name: nodes.at(-1)!.outputs[0]!, type: 'float32', shape: undefined },
    nodes,
    constants,
  };
}

function narrow({ shape, data }: Array64): Tensor32 {
  return { shape, data: Float32Array.from(data) };
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < left.length; at++) total += left[at]! * right[at]!;
  return total;
}

function expectClose(actual: Float32Array, expected: Float64Array, label: string): void {
  expect(actual.length, label).toBe(expected.length);
  let worst = 0;
  expected.forEach((value, at) => {
    const error = Math.abs(actual[at]! - value) / Math.max(1, Math.abs(value));
    if (!(error <= worst)) worst = error;
  });
  expect(worst, `${label}: worst error`).toBeLessThan(FORWARD_TOLERANCE);
}

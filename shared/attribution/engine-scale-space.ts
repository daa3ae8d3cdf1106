/**
 * The Gaussian scale space of a whole input, computed by the model's own engine in float32: L(σ) and
 * (L(σ + δ) − L(σ)) / δ, borders zero, as `imaging/gaussian-scale-space.ts` computes them in float64.
 *
 * A blur of a plane P is T P Tᵗ with a banded Toeplitz matrix T of the kernel. With D = (T(σ + δ) − T(σ)) / δ,
 * taken in float64 before it is rounded, the quotient is T(σ) P D + D P T(σ + δ): nothing is divided by δ after
 * rounding, so float32 is enough.
 */
import { gaussianKernel } from '../imaging/gaussian.ts';
import { ints } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { writeModel } from '../onnx/write-model.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Runner } from '../runtime/runner.ts';
import type { Tensor32 } from '../tensor/tensor.ts';
import type { InputScaleSpace } from './input-scale-space.ts';
import { geometryOf } from './planes.ts';

/** Opens a session of its own; free it with `release`. `input` is one image [...inputShape]. */
export async function engineScaleSpace(
  runner: Runner,
  model: Pick<Classifier, 'layout' | 'inputShape'>,
  input: Tensor32,
): Promise<InputScaleSpace> {
  const { height, width } = geometryOf(model);
  const { bytes, outputs } = blurGraph(model);
  const session = await runner.load(bytes);
  return {
    async at(sigma, delta) {
      const near = gaussianKernel(sigma);
      const far = gaussianKernel(sigma + delta);
      const along = matrices(near, far, delta, width);
      const down = height === width ? along : matrices(near, far, delta, height);
      const results = await session.run({
        image: input,
        nearAlong: along.near,
        farAlong: along.far,
        slopeAlong: along.slope,
        nearDown: down.near,
        slopeDown: down.slope,
      });
      return { blurred: results[outputs.blurred]!.data, slope: results[outputs.slope]!.data };
    },
    release: () => session.release(),
  };
}

function blurGraph(model: Pick<Classifier, 'layout' | 'inputShape'>): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly outputs: { readonly blurred: string; readonly slope: string };
} {
  const { height, width } = geometryOf(model);
  const builder = new GraphBuilder();
  const image = builder.input('image', model.inputShape);
  const channelsLast = model.layout === 'NHWC' && model.inputShape.length === 3;
  const planes = channelsLast ? builder.op('Transpose', [image], { perm: ints([2, 0, 1]) }) : image;
  const along = (name: string): string => builder.op('MatMul', [planes, builder.input(name, [width, width])]);
  const near = along('nearAlong');
  const far = along('farAlong');
  const slope = along('slopeAlong');
  const nearDown = builder.input('nearDown', [height, height]);
  const slopeDown = builder.input('slopeDown', [height, height]);
  const down = (matrix: string, value: string): string => builder.op('MatMul', [matrix, value]);
  const blurredPlanes = down(nearDown, near);
  const slopePlanes = builder.op('Add', [down(nearDown, slope), down(slopeDown, far)]);
  const inLayout = (value: string): string =>
    channelsLast ? builder.op('Transpose', [value], { perm: ints([1, 2, 0]) }) : value;
  const outputs = { blurred: inLayout(blurredPlanes), slope: inLayout(slopePlanes) };
  return { bytes: writeModel(builder.build([outputs.blurred, outputs.slope])), outputs };
}

/** Symmetric Toeplitz matrices [length, length] of T(σ), T(σ + δ) and their quotient. */
function matrices(near: Float64Array, far: Float64Array, delta: number, length: number) {
  const slope = far.map((value, k) => (value - (near[k] ?? 0)) / delta);
  return { near: toeplitz(near, length), far: toeplitz(far, length), slope: toeplitz(slope, length) };
}

/** Entry (i, j) is kernel[|i − j|], zero outside the kernel. */
function toeplitz(kernel: Float64Array, length: number): Tensor32 {
  // One line holds every row: row i is the part of it that begins at length − 1 − i.
  const line = new Float32Array(2 * length - 1);
  const reach = Math.min(kernel.length, length);
  for (let k = 0; k < reach; k++) {
    line[length - 1 + k] = kernel[k]!;
    line[length - 1 - k] = kernel[k]!;
  }
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data.set(line.subarray(length - 1 - i, 2 * length - 1 - i), i * length);
  return { shape: [length, length], data };
}

/**
 * A whole input at many Gaussian scales, in the model's own layout: by the engine where there is one and the
 * input is float32, else here in float64 (many times slower at 224×224).
 */
import { gaussianScaleSpace } from '../imaging/gaussian-scale-space.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Runner } from '../runtime/runner.ts';
import { type FloatArray, type Tensor, tensor } from '../tensor/tensor.ts';
import { engineScaleSpace } from './engine-scale-space.ts';
import { geometryOf, planesOf } from './planes.ts';

export interface InputScaleSpace {
  /** L(σ) and (L(σ + δ) − L(σ)) / δ, one image each; new arrays. */
  at(sigma: number, delta: number): Promise<{ readonly blurred: FloatArray; readonly slope: FloatArray }>;
  release(): Promise<void>;
}

type Shape = Pick<Classifier, 'layout' | 'inputShape'>;

export async function inputScaleSpace(
  model: Shape,
  input: Tensor,
  runner: Runner | undefined,
): Promise<InputScaleSpace> {
  const { data, shape } = input;
  return runner && data instanceof Float32Array
    ? engineScaleSpace(runner, model, tensor(data, shape))
    : float64ScaleSpace(model, input);
}

function float64ScaleSpace(model: Shape, input: Tensor): InputScaleSpace {
  const { height, width, channelStride, pixelStride } = geometryOf(model);
  const pixels = height * width;
  const spaces = planesOf(model, input.data).map((plane) => gaussianScaleSpace(plane, height, width));
  const planeBlurred = new Float64Array(pixels);
  const planeSlope = new Float64Array(pixels);
  return {
    async at(sigma, delta) {
      const blurred = new Float64Array(input.data.length);
      const slope = new Float64Array(input.data.length);
      spaces.forEach((space, c) => {
        space.at(sigma, delta, planeBlurred, planeSlope);
        for (let p = 0; p < pixels; p++) {
          blurred[c * channelStride + p * pixelStride] = planeBlurred[p]!;
          slope[c * channelStride + p * pixelStride] = planeSlope[p]!;
        }
      });
      return { blurred, slope };
    },
    release: async () => {},
  };
}

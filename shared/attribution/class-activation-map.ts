/**
 * What the class activation methods share: feature maps [C, h, w] and gradients at them become one map [h, w],
 * which is stretched over the image. Only the combination differs.
 */
import { z } from 'zod';
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { bilinearUpsample } from './bilinear-upsample.ts';
import type { Attribution, AttributionContext, Method, MethodNotes } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { geometryOf } from './planes.ts';

export const featureMapOption = z
  .string()
  .nullable()
  .default(null)
  .describe('Name of the inner feature map; null: the last one with spatial extent.');

const options = z.strictObject({ featureMap: featureMapOption });

type Options = z.infer<typeof options>;

/** Feature maps and gradients [C, h, w], flat, -> one value per position [h, w]. */
type Combine = (
  activations: ArrayLike<number>,
  gradients: ArrayLike<number>,
  channels: number,
  positions: number,
) => Float64Array;

export interface ClassActivationMethod {
  readonly name: string;
  readonly title: string;
  readonly citation: string;
  readonly notes: MethodNotes;
  readonly signed: boolean;
  readonly combine: Combine;
}

const cost = { gradients: 1, forwards: 0 };
/** A place of the map holds one term of a sum over places, not a share of the score as in a path method. */
const UNIT = 'score per place of the feature map';

/** The method around a combination. Map [H, W], from one gradient. */
export function classActivationMap(spec: ClassActivationMethod): Method<Options> {
  const { name, title, citation, notes, signed, combine } = spec;
  async function attribute(
    model: Classifier,
    input: Tensor,
    context: AttributionContext,
    chosen: Options,
  ): Promise<Attribution> {
    const calls = new ModelCalls(name, model, input, context, cost);
    const { height, width } = geometryOf(model);
    const found = await calls.activations(input, chosen.featureMap ?? undefined);
    const [channels, h, w] = found.activations.shape.slice(-3) as [number, number, number];
    const small = combine(found.activations.data, found.gradients.data, channels, h * w);
    const map = bilinearUpsample(small, { height: h, width: w }, { height, width });
    return calls.finish(map, [height, width]);
  }
  return { name, title, citation, notes, options, signed, unit: UNIT, cost: () => cost, attribute };
}

/** Σ over channels of weight · activation, at each position. */
export function weightedSum(
  weights: Float64Array,
  activations: ArrayLike<number>,
  positions: number,
): Float64Array {
  const map = new Float64Array(positions);
  weights.forEach((weight, c) => {
    for (let p = 0; p < positions; p++) map[p]! += weight * activations[c * positions + p]!;
  });
  return map;
}

/** max(0, ·), in a new array. */
export const positivePart = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, value));

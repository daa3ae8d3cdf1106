/**
 * Insertion and deletion: the score as pixels are shown (or hidden) from the most important on.
 * Petsiuk, Das & Saenko 2018 (RISE), section 4.1. A good map: insertion area high, deletion area low.
 */

import type { AttributionContext } from '../attribution/method.ts';
import { ModelCalls } from '../attribution/model-calls.ts';
import { pixelIndices } from '../attribution/planes.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { FloatArray, Tensor } from '../tensor/tensor.ts';
import { areaUnder, type Curve } from './curve.ts';
import { descendingOrder } from './ranks.ts';

export interface PerturbationCurves {
  /** Share of pixels shown -> score; from the empty image to the whole one. */
  readonly insertion: Curve;
  readonly insertionArea: number;
  /** Share of pixels hidden -> score; from the whole image to the empty one. */
  readonly deletion: Curve;
  readonly deletionArea: number;
}

export interface PerturbationOptions {
  /** What hidden pixels show: [...inputShape] in model units (a blurred image, black, …). */
  readonly empty: Tensor;
  /** Points of each curve besides the start. Default 50. */
  readonly steps?: number;
  /** Turns the model's output into the score, e.g. a softmax. Default: the target's own output. */
  readonly score?: (outputs: FloatArray) => number;
}

/** Both curves of a map [H, W]; 2·(steps + 1) forward passes. */
export async function insertionDeletion(
  model: Classifier,
  input: Tensor,
  map: ArrayLike<number>,
  context: AttributionContext,
  { empty, steps = 50, score = (outputs) => outputs[context.target]! }: PerturbationOptions,
): Promise<PerturbationCurves> {
  const planned = { gradients: 0, forwards: 2 * (steps + 1) };
  const calls = new ModelCalls('insertion-deletion', model, input, { ...context, baseline: empty }, planned);
  const pixels = pixelIndices(model);
  const rank = new Uint32Array(map.length);
  descendingOrder(map).forEach((pixel, place) => {
    rank[pixel] = place;
  });
  const sweep = async (top: FloatArray, rest: FloatArray): Promise<Curve> => {
    const x = Float64Array.from({ length: steps + 1 }, (_, i) => i / steps);
    const y = new Float64Array(steps + 1);
    await calls.forEachScores(
      steps + 1,
      (s, into) => {
        const limit = Math.round(x[s]! * map.length);
        for (let i = 0; i < into.length; i++) into[i] = rank[pixels[i]!]! < limit ? top[i]! : rest[i]!;
      },
      (s, outputs) => {
        y[s] = score(outputs);
      },
    );
    return { x, y };
  };
  const insertion = await sweep(input.data, empty.data);
  const deletion = await sweep(empty.data, input.data);
  return { insertion, insertionArea: areaUnder(insertion), deletion, deletionArea: areaUnder(deletion) };
}

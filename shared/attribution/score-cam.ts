/**
 * Score-CAM: map = ReLU(Σ_c α_c A_c), α_c from the score of the image seen through feature map c alone: without
 * gradients. s_c = F(b + M_c ∘ (x − b)) − F(b), M_c the feature map stretched over the image and to [0, 1].
 * Wang, Wang, Du, Yang, Zhang, Ding, Mardziel & Hu 2020, "Score-CAM", definitions 1 to 3 and algorithm 1.
 */
import { z } from 'zod';
import type { FloatArray, Tensor } from '../tensor/tensor.ts';
import { baselineFor, baselineSchema } from './baseline.ts';
import { bilinearUpsample } from './bilinear-upsample.ts';
import { featureMapOption, positivePart, weightedSum } from './class-activation-map.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { geometryOf, pixelIndices } from './planes.ts';
import { valueRange } from './value-range.ts';

const options = z.strictObject({
  featureMap: featureMapOption,
  channels: z
    .int()
    .min(1)
    .max(4096)
    .default(512)
    .describe('Most channels to ask, a forward pass each: those whose values spread most.'),
  weighting: z
    .enum(['softmax', 'increase'])
    .default('softmax')
    .describe('α: the softmax of all s, as published, or s itself, which keeps how much each channel does.'),
  baseline: baselineSchema,
});

type Options = z.infer<typeof options>;
const cost = ({ channels }: Options) => ({ gradients: 1, forwards: channels + 1 });

/** Map [H, W], never negative, stretched from the feature map's own grid; in units of the feature map. */
export const scoreCam: Method<Options> = {
  name: 'score-cam',
  title: 'Score-CAM',
  citation: 'Wang et al. 2020, arXiv:1910.01279',
  notes: {
    formula: 'map = ReLU(Σ_c α_c A_c), α = softmax over c of F(b + M_c ∘ (x − b)) − F(b)',
    meaning: 'How strongly the feature maps respond here that raise the score when nothing else is visible.',
    weaknesses: [
      'Coarse: the grid of the last feature map, often 7×7, stretched over the image.',
      'Of probabilities the softmax is nearly even over the channels, so the class hardly matters: use `increase`.',
      'Masked images are unlike any the model has seen; a forward pass for each channel takes its time.',
    ],
  },
  options,
  signed: false,
  unit: 'activation',
  cost,
  async attribute(model, input, context, chosen) {
    const calls = new ModelCalls('score-cam', model, input, context, cost(chosen));
    const { height, width } = geometryOf(model);
    const baseline = baselineFor('score-cam', chosen.baseline, model, input, context);
    const found = await calls.activations(input, chosen.featureMap ?? undefined);
    const [count, h, w] = found.activations.shape.slice(-3) as [number, number, number];
    const planes = Array.from({ length: count }, (_, c) =>
      Float64Array.from(found.activations.data.subarray(c * h * w, (c + 1) * h * w)),
    );
    const asked = widestSpread(planes, chosen.channels);
    const stretch = (plane: Float64Array) =>
      bilinearUpsample(plane, { height: h, width: w }, { height, width });
    const masks = { at: (c: number) => unitRange(stretch(planes[c]!)), pixels: pixelIndices(model) };
    const increases = await increasesOf(calls, input, baseline, asked, masks, context.target);
    const weights = new Float64Array(count);
    const shares = chosen.weighting === 'softmax' ? softmax(increases) : increases;
    asked.forEach((c, k) => {
      weights[c] = shares[k]!;
    });
    const small = positivePart(weightedSum(weights, found.activations.data, h * w));
    return calls.finish(stretch(small), [height, width]);
  },
};

/** Channels that are not constant, those of widest spread first, at most `most`; ties in order. */
function widestSpread(planes: readonly Float64Array[], most: number): number[] {
  const spread = planes.map((plane) => {
    const [low, high] = valueRange(plane);
    return high - low;
  });
  return spread
    .map((_, c) => c)
    .filter((c) => spread[c]! > 0)
    .sort((a, b) => spread[b]! - spread[a]! || a - b)
    .slice(0, most);
}

/** Scores through each channel's mask, less the baseline's. */
async function increasesOf(
  calls: ModelCalls,
  input: Tensor,
  baseline: Float64Array,
  channels: readonly number[],
  masks: { readonly at: (channel: number) => Float64Array; readonly pixels: Uint32Array },
  target: number,
): Promise<Float64Array> {
  const increases = new Float64Array(channels.length);
  let start = 0;
  const write = (index: number, into: FloatArray): void => {
    if (index === 0) return void into.set(baseline);
    const mask = masks.at(channels[index - 1]!);
    for (let i = 0; i < into.length; i++) {
      into[i] = baseline[i]! + mask[masks.pixels[i]!]! * (input.data[i]! - baseline[i]!);
    }
  };
  await calls.forEachScores(channels.length + 1, write, (index, scores) => {
    if (index === 0) start = scores[target]!;
    else increases[index - 1] = scores[target]! - start;
  });
  return increases;
}

function unitRange(mask: Float64Array): Float64Array {
  const [low, high] = valueRange(mask);
  const span = high > low ? high - low : 1;
  return mask.map((value) => (value - low) / span);
}

function softmax(values: Float64Array): Float64Array {
  const [, largest] = valueRange(values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

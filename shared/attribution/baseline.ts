/**
 * Baselines: the image that "says nothing". A number is a constant in model units. A name is an image, and
 * goes through the model's own preprocessing: zero after normalization is mid-grey for many models, not black.
 */
import { z } from 'zod';
import { PermanentFault } from '../errors.ts';
import { gaussianBlur } from '../imaging/gaussian.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { AttributionContext, Preprocessing } from './method.ts';
import { xoshiro } from './noise/xoshiro.ts';
import { channelOf, geometryOf, planesOf } from './planes.ts';

const namedBaselines = ['black', 'white', 'mid-grey', 'mean', 'dataset-mean', 'blur', 'noise'] as const;
/** Of `blur`: standard deviation as a share of the shorter side. */
const BLUR = 0.1;

const oneBaseline = z.union([z.number(), z.enum(namedBaselines)], {
  error: (issue) =>
    `expected a number or one of ${namedBaselines.join(', ')}, got ${JSON.stringify(issue.input)}`,
});

/** Several baselines in a list, of methods that `overBaselines` averages. */
export const baselineListSchema = z.array(oneBaseline).min(1).max(16);

/** The `baseline` option of the path methods. */
export const baselineSchema = oneBaseline
  .default(0)
  .describe(
    'Where the path starts: a constant in model units, or an image: black, white, mid-grey, mean (channel means of this image), dataset-mean (mean of the background images), blur (this image, strongly blurred), noise (uniform between black and white).',
  );

export type BaselineOption = z.infer<typeof baselineSchema>;

const NOISE_SEED = 0;

/** The baseline [...inputShape] in model units, float64. `context.baseline` wins over the option. */
export function baselineFor(
  where: string,
  option: BaselineOption,
  model: Pick<Classifier, 'layout' | 'inputShape'>,
  input: Tensor,
  context: Pick<AttributionContext, 'baseline' | 'preprocessing' | 'background'>,
): Float64Array {
  if (context.baseline) return new Float64Array(context.baseline.data);
  const baseline = new Float64Array(input.data.length);
  if (typeof option === 'number') return baseline.fill(option);
  const channel = channelOf(model);
  if (option === 'mean') {
    const means = channelMeans(input, channel);
    return baseline.map((_, i) => means[channel(i)]!);
  }
  if (option === 'blur') return blurred(model, input);
  if (option === 'dataset-mean') return meanImage(where, baseline, context.background);
  const preprocessing = context.preprocessing;
  if (!preprocessing) {
    throw new PermanentFault(
      `${where}: expected the model's preprocessing for baseline ${option}, got none`,
      {
        code: 'baseline-needs-preprocessing',
        remedy: 'Use a model card, or give the baseline as a number or an array.',
      },
    );
  }
  const random = xoshiro(NOISE_SEED);
  const level = { black: () => 0, white: () => 1, 'mid-grey': () => 0.5, noise: () => random.uniform() }[
    option
  ];
  return baseline.map((_, i) => toModelUnits(level(), channel(i), preprocessing));
}

/** The mean of the background images, pixel by pixel. */
function meanImage(
  where: string,
  mean: Float64Array<ArrayBuffer>,
  background: Tensor | undefined,
): Float64Array<ArrayBuffer> {
  if (!background) {
    throw new PermanentFault(`${where}: expected background images for baseline dataset-mean, got none`, {
      code: 'baseline-needs-background',
      remedy: 'Name a folder of images that stand for the data (--background), or choose another baseline.',
    });
  }
  const count = background.data.length / mean.length;
  for (let i = 0; i < background.data.length; i++) mean[i % mean.length]! += background.data[i]! / count;
  return mean;
}

function blurred(model: Pick<Classifier, 'layout' | 'inputShape'>, input: Tensor): Float64Array {
  const { height, width, channelStride, pixelStride } = geometryOf(model);
  const out = new Float64Array(input.data.length);
  planesOf(model, input.data).forEach((plane, c) => {
    const smooth = gaussianBlur(plane, height, width, BLUR * Math.min(height, width), 'reflect');
    smooth.forEach((value, p) => {
      out[c * channelStride + p * pixelStride] = value;
    });
  });
  return out;
}

/** Image level in [0, 1] -> model units. */
function toModelUnits(level: number, channel: number, { range, mean, std }: Preprocessing): number {
  const value = range[0] + level * (range[1] - range[0]);
  return (value - (mean[channel] ?? mean[0]!)) / (std[channel] ?? std[0]!);
}

function channelMeans(input: Tensor, channel: (index: number) => number): number[] {
  const sums: number[] = [];
  const counts: number[] = [];
  input.data.forEach((value, i) => {
    const c = channel(i);
    sums[c] = (sums[c] ?? 0) + value;
    counts[c] = (counts[c] ?? 0) + 1;
  });
  return sums.map((sum, c) => sum / counts[c]!);
}

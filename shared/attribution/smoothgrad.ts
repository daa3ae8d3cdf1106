/**
 * SmoothGrad over any method: the mean of its maps on noisy copies of the input,
 * ā = (1/n) Σₛ a(x + σ εₛ), εₛ ~ N(0, 1), σ = spread · (max x − min x).
 * Smilkov, Thorat, Kim, Viégas & Wattenberg 2017, equation 1; squares: Hooker et al. 2019 (SmoothGrad²).
 *
 * The baseline of a path method stays where it is. Noise is seeded: same seed, same bytes.
 */
import { z } from 'zod';
import type { Classifier } from '../runtime/classifier.ts';
import type { Extent } from '../segmentation/extent.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Attribution, AttributionContext, Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { normals } from './noise/normal.ts';
import { xoshiro } from './noise/xoshiro.ts';
import { geometryOf } from './planes.ts';
import { sideBySide } from './side-by-side.ts';
import { valueRange } from './value-range.ts';
import {
  baseNamed,
  foldInnerOptions,
  type WrappedOptions,
  withInnerDefaults,
  wrappedFields,
} from './wrapped-method.ts';

interface Options extends WrappedOptions {
  readonly samples: number;
  readonly spread: number;
  readonly magnitude: boolean;
  readonly seed: number;
}

const OWN = ['of', 'ofOptions', 'samples', 'spread', 'magnitude', 'seed'] as const;

/** SmoothGrad over the given base methods. */
export function smoothGradOver(bases: readonly Method<unknown>[]): Method<Options> {
  const options = z
    .object({
      ...wrappedFields(bases, 'gradients'),
      samples: z.int().min(1).max(10_000).default(25).describe('Noisy copies.'),
      spread: z
        .number()
        .min(0)
        .max(10)
        .default(0.15)
        .describe('Standard deviation as a share of the input range.'),
      magnitude: z.boolean().default(false).describe('true: mean of squares (unsigned); false: mean.'),
      seed: z.int().default(0).describe('Seed of the noise.'),
    })
    .catchall(z.json())
    .transform((given): Options => withInnerDefaults<Options>(bases, foldInnerOptions<Options>(OWN, given)));
  const cost = (chosen: Options, extent?: Extent): { gradients: number; forwards: number } => {
    const one = baseNamed(bases, chosen.of).cost(chosen.ofOptions, extent);
    return { gradients: chosen.samples * one.gradients, forwards: chosen.samples * one.forwards };
  };
  return {
    name: 'smoothgrad',
    title: 'SmoothGrad',
    citation: 'Smilkov et al. 2017, arXiv:1706.03825',
    notes: {
      formula: 'ā = (1/n) Σₛ a(x + σ εₛ), σ = spread · (max x − min x)',
      meaning: 'The average of the inner map over small disturbances; in its unit, or squared.',
      weaknesses: [
        'The spread decides the picture: too little leaves noise, too much explains another image.',
        'Squares hide the sign: evidence against the class looks like evidence for it.',
        'Completeness of the inner method is lost.',
      ],
    },
    options,
    reference: { of: 'gradients', samples: 25, spread: 0.15, magnitude: false },
    signed: true,
    unit: 'unit of the inner method',
    cost,
    async attribute(model, input, context, chosen) {
      const inner = baseNamed(bases, chosen.of);
      const draw = normals(xoshiro(chosen.seed));
      const [low, high] = valueRange(input.data);
      const sigma = chosen.spread * (high - low);
      const noisy = (): Tensor => {
        const data = new Float64Array(input.data.length);
        for (let i = 0; i < data.length; i++) data[i] = input.data[i]! + sigma * draw();
        return tensor(input.data instanceof Float32Array ? new Float32Array(data) : data, input.shape);
      };
      const { samples, magnitude, ofOptions } = chosen;
      return meanOverCopies({ model, input, context, inner, ofOptions, samples, magnitude, noisy });
    },
  };
}

export interface Copies {
  readonly model: Classifier;
  readonly input: Tensor;
  readonly context: AttributionContext;
  readonly inner: Method<unknown>;
  readonly ofOptions: unknown;
  readonly samples: number;
  readonly magnitude: boolean;
  /** The next noisy copy of the input. */
  readonly noisy: (sample: number) => Tensor;
}

/** The mean (or mean of squares) of the inner method's maps over given copies of the input. */
export async function meanOverCopies(copies: Copies): Promise<Attribution> {
  const { model, input, context, inner, ofOptions, samples, magnitude } = copies;
  const one = inner.cost(ofOptions, geometryOf(model));
  const planned = { gradients: samples * one.gradients, forwards: samples * one.forwards };
  const calls = new ModelCalls('smoothgrad', model, input, context, planned);
  const { batchSize } = calls;
  const { signal } = context;
  let total = new Float64Array(0);
  let shape: readonly number[] = [];
  for (let first = 0; first < samples; first += batchSize) {
    const count = Math.min(batchSize, samples - first);
    const inputs = Array.from({ length: count }, (_, i) => copies.noisy(first + i));
    const found = await sideBySide(
      model,
      { where: 'smoothgrad', batchSize, signal },
      inputs.map((noisy) => (lane) => calls.nested(inner, lane, noisy, context, ofOptions)),
    );
    for (const { map } of found) {
      if (total.length === 0) total = new Float64Array(map.data.length);
      shape = map.shape;
      for (let i = 0; i < total.length; i++) {
        const value = map.data[i]!;
        total[i]! += magnitude ? value * value : value;
      }
    }
  }
  const unit = magnitude ? `(${inner.unit})²` : inner.unit;
  const signed = magnitude ? false : inner.signed;
  return calls.finish(
    total.map((sum) => sum / samples),
    shape,
    { signed, unit },
  );
}

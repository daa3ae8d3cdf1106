/**
 * XRAI: regions instead of pixels. The attribution of any base method is summed over segments of the image;
 * the map holds, for each pixel, the mean attribution of the region that covered it first.
 * Kapishnikov, Bolukbasi, Viégas & Terry 2019, "XRAI: better attributions through regions".
 */
import { z } from 'zod';
import type { Classifier } from '../runtime/classifier.ts';
import type { Extent } from '../segmentation/extent.ts';
import { xraiRegions } from '../segmentation/image-regions.ts';
import { searchFast, searchFull } from '../segmentation/region-search.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { AttributionContext, Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { geometryOf, planesOf } from './planes.ts';
import { valueRange } from './value-range.ts';
import {
  baseNamed,
  foldInnerOptions,
  type WrappedOptions,
  withInnerDefaults,
  wrappedFields,
} from './wrapped-method.ts';

interface Options extends WrappedOptions {
  readonly baselines: 'extremes' | 'own';
  readonly algorithm: 'full' | 'fast';
  readonly areaThreshold: number;
}

/** The paper averages integrated gradients of 100 steps. */
const STEPS = 100;

const OWN = ['of', 'ofOptions', 'baselines', 'algorithm', 'areaThreshold'] as const;

/** XRAI over the given base methods. */
export function xraiOver(bases: readonly Method<unknown>[]): Method<Options> {
  const options = z
    .object({
      ...wrappedFields(bases, 'integrated-gradients'),
      baselines: z
        .enum(['extremes', 'own'])
        .default('extremes')
        .describe(
          'extremes: the mean over two constant baselines, the least and the greatest value of the input; own: as ofOptions says, or the array that is given.',
        ),
      algorithm: z
        .enum(['full', 'fast'])
        .default('full')
        .describe('full: gains are renewed after each region; fast: regions keep their first order.'),
      areaThreshold: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe('full: the search ends when more than this share of the image is covered.'),
    })
    .catchall(z.json())
    .transform((given): Options => {
      const chosen = foldInnerOptions<Options>(OWN, given);
      const ofOptions: Options['ofOptions'] =
        chosen.of === 'integrated-gradients' ? { steps: STEPS, ...chosen.ofOptions } : chosen.ofOptions;
      const full = withInnerDefaults<Options>(bases, { ...chosen, ofOptions });
      return 'baseline' in full.ofOptions ? full : { ...full, baselines: 'own' };
    });
  const cost = (chosen: Options, extent?: Extent) => {
    const one = baseNamed(bases, chosen.of).cost(chosen.ofOptions, extent);
    const runs = chosen.baselines === 'extremes' ? 2 : 1;
    return { gradients: runs * one.gradients, forwards: runs * one.forwards };
  };
  return {
    name: 'xrai',
    title: 'XRAI',
    citation: 'Kapishnikov, Bolukbasi, Viégas & Terry 2019, arXiv:1906.02825',
    notes: {
      formula: 'map(p) = mean of a over the pixels that the first region to cover p added',
      meaning:
        'The mean attribution per pixel of a whole region; regions are ordered by it, and the sum over the image is that of the base method.',
      weaknesses: [
        'As good as its segments: weak where contrast is low and edges are soft.',
        'Segments are found at 224×224: fine structure of very large or very elongated images is lost.',
        'Of several channels the greatest attribution counts, so evidence against the class can hide.',
      ],
    },
    options,
    reference: {
      of: 'integrated-gradients',
      ofOptions: { steps: STEPS, quadrature: 'reference' },
      baselines: 'extremes',
      algorithm: 'full',
      areaThreshold: 1,
    },
    signed: true,
    unit: 'score per pixel',
    cost,
    async attribute(model, input, context, options) {
      // A baseline that is given stands for the two extremes as well.
      const chosen: Options = context.baseline ? { ...options, baselines: 'own' } : options;
      const { height, width } = geometryOf(model);
      const calls = new ModelCalls('xrai', model, input, context, cost(chosen, { height, width }));
      const pixels = await baseAttribution(calls, bases, model, input, context, chosen);
      calls.throwIfCancelled();
      const regions = xraiRegions(planesOf(model, input.data), { height, width });
      const { values } =
        chosen.algorithm === 'fast'
          ? searchFast(regions, pixels)
          : searchFull(regions, pixels, chosen.areaThreshold);
      return calls.finish(values, [height, width]);
    },
  };
}

/** The base method's map as one number a pixel: mean over the baselines, then signed maximum over channels. */
async function baseAttribution(
  calls: ModelCalls,
  bases: readonly Method<unknown>[],
  model: Classifier,
  input: Tensor,
  context: AttributionContext,
  { of, ofOptions, baselines }: Options,
): Promise<Float64Array> {
  const base = baseNamed(bases, of);
  const runs = baselines === 'extremes' ? valueRange(input.data).map((baseline) => ({ baseline })) : [{}];
  const sum = new Float64Array(input.data.length);
  for (const override of runs) {
    const found = await calls.nested(base, model, input, context, { ...ofOptions, ...override });
    found.map.data.forEach((value, i) => {
      sum[i]! += value / runs.length;
    });
  }
  return strongestChannel(planesOf(model, sum));
}

/** The signed maximum over channels. */
function strongestChannel([first, ...others]: readonly Float64Array[]): Float64Array {
  const strongest = first!.slice();
  for (const plane of others) {
    for (let p = 0; p < plane.length; p++) strongest[p] = Math.max(strongest[p]!, plane[p]!);
  }
  return strongest;
}

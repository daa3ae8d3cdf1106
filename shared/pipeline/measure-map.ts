/**
 * Trust metrics of a map, as the plan asks for them. The controls (a random map, the image's edges) and their
 * figures belong to the image, so they are computed once and shared by all maps measured here.
 */
import { baselineFor } from '../attribution/baseline.ts';
import { batchSizeFor } from '../attribution/batch-size.ts';
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import { geometryOf, planesOf } from '../attribution/planes.ts';
import { Cancelled } from '../errors.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import type { Plan } from '../manifest/plan.ts';
import type { TrustMetrics } from '../manifest/trust-metrics.ts';
import { controlMaps } from '../metrics/control-maps.ts';
import type { Curve } from '../metrics/curve.ts';
import type { GrayLevelImage } from '../metrics/gray-levels.ts';
import { type InformationCurve, informationCurve } from '../metrics/information-curve.ts';
import { insertionDeletion } from '../metrics/insertion-deletion.ts';
import { seedMask } from '../metrics/seed-mask.ts';
import { shannonEntropy } from '../metrics/shannon-entropy.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { FloatArray, Tensor32 } from '../tensor/tensor.ts';
import { checkRandomization, type RandomizedModels } from './check-randomization.ts';
import { fromGrayLevels, toGrayLevels } from './gray-level-input.ts';
import { probabilities } from './probabilities.ts';
import type { MethodRun, MethodSubject } from './run-method.ts';

export interface MeasuredSubject {
  readonly classifier: Classifier;
  readonly card: ModelCard;
  readonly input: Tensor32;
  /** Bytes the model may work with. */
  readonly memoryLimit?: number | undefined;
  /** For the sanity check: what the methods explain, and its randomized twins. Without it there is no check. */
  readonly sanity?: { readonly subject: MethodSubject; readonly models: RandomizedModels };
}

/** Bytes of an image as a lossless WebP; an encoder is no business of pure code, so it is passed in. */
export type InformationEstimator = (image: GrayLevelImage) => number | Promise<number>;

/** Steps of the insertion and deletion curves. */
const steps = 20;

type MapMeasurement = (
  method: string,
  run: Pick<MethodRun, 'map'>,
  signal?: AbortSignal,
) => Promise<TrustMetrics>;
type Measure<R> = (map: ArrayLike<number>, signal: AbortSignal | undefined) => Promise<R>;
type Figure = 'insertionDeletion' | `${'sic' | 'aic'} ${'webp' | 'entropy'}`;

export function mapMeasurement(
  plan: Plan,
  subject: MeasuredSubject,
  webp: InformationEstimator,
): MapMeasurement {
  const random = xoshiro(plan.provenance.seed);
  const extent = geometryOf(subject.classifier);
  const planes = planesOf(subject.classifier, subject.input.data);
  const controls = controlMaps(planes, extent, random);
  const measures = measuresOf(plan, subject, { webp, seed: seedMask(extent, random) });
  const known = new Map<string, Promise<unknown>>();
  const once = <R>(name: string, measure: () => Promise<R>): Promise<R> => {
    const result = (known.get(name) as Promise<R> | undefined) ?? measure();
    known.set(name, result);
    return result;
  };
  const controlled = async <R>(
    figure: Figure,
    map: Float32Array,
    measure: Measure<R>,
    signal: AbortSignal | undefined,
  ) => ({
    map: await measure(map, signal),
    random: await once(`${figure} random`, () => measure(controls.random, signal)),
    edges: await once(`${figure} edges`, () => measure(controls.edges, signal)),
  });
  return async (method, { map }, signal) => {
    if (plan.metrics === 'none') return {};
    if (signal?.aborted) throw new Cancelled('metrics');
    const perturbation = await controlled('insertionDeletion', map.data, measures.perturbation, signal);
    const quick = { insertionDeletion: perturbation, beatsControls: beats(perturbation) };
    if (plan.metrics === 'quick') return quick;
    const information = async (score: 'sic' | 'aic') => ({
      webp: await controlled(`${score} webp`, map.data, measures.information(score, 'webp'), signal),
      entropy: await controlled(`${score} entropy`, map.data, measures.information(score, 'entropy'), signal),
    });
    const curves = { sic: await information('sic'), aic: await information('aic') };
    if (!subject.sanity) return { ...quick, ...curves };
    const { subject: explained, models } = subject.sanity;
    const watch = { signal, memoryLimit: subject.memoryLimit };
    const randomization = await checkRandomization(plan, method, { map }, explained, models, watch);
    return { ...quick, ...curves, randomization };
  };
}

type Perturbation = NonNullable<TrustMetrics['insertionDeletion']>;

/** By insertion − deletion: one figure, since either alone can be high for any map of an easy image. */
function beats({ map, random, edges }: Perturbation): boolean {
  const margin = (figure: Perturbation['map']): number => figure.insertion - figure.deletion;
  return margin(map) > Math.max(margin(random), margin(edges));
}

function measuresOf(
  plan: Plan,
  { classifier, card, input, memoryLimit }: MeasuredSubject,
  { webp, seed }: { readonly webp: InformationEstimator; readonly seed: Uint8Array },
) {
  const target = plan.target.index;
  const probability = (outputs: FloatArray): number =>
    probabilities([...outputs], card.output.activation)[target] ?? 0;
  const context = { target, preprocessing: card.input, memoryLimit };
  const batchSize = batchSizeFor(classifier.inputShape, memoryLimit);
  const empty = baselineFor('insertion and deletion', 'black', classifier, input, context);
  const image = toGrayLevels(input, card.input);
  const score = async (
    images: readonly GrayLevelImage[],
    of: (outputs: FloatArray) => number,
    signal: AbortSignal | undefined,
  ): Promise<number[]> => {
    const found: number[] = [];
    const classes = classifier.classCount;
    for (let first = 0; first < images.length; first += batchSize) {
      if (signal?.aborted) throw new Cancelled('metrics');
      const batch = images.slice(first, first + batchSize);
      const { data } = await classifier.scores(fromGrayLevels(batch, card.input));
      found.push(...batch.map((_, n) => of(data.subarray(n * classes, (n + 1) * classes))));
    }
    return found;
  };
  const right = (outputs: FloatArray): number => (outputs.indexOf(Math.max(...outputs)) === target ? 1 : 0);
  return {
    async perturbation(map: ArrayLike<number>, signal: AbortSignal | undefined) {
      const baseline = { shape: input.shape, data: empty };
      const options = { empty: baseline, steps, score: probability };
      const curves = await insertionDeletion(classifier, input, map, { ...context, signal }, options);
      return {
        insertion: curves.insertionArea,
        deletion: curves.deletionArea,
        insertionCurve: points(curves.insertion),
        deletionCurve: points(curves.deletion),
      };
    },
    information:
      (kind: 'sic' | 'aic', estimator: 'webp' | 'entropy') =>
      async (map: ArrayLike<number>, signal: AbortSignal | undefined) =>
        informationFigure(
          await informationCurve(map, {
            image,
            seed,
            score: (images) => score(images, kind === 'sic' ? probability : right, signal),
            information: estimator === 'webp' ? webp : shannonEntropy,
          }),
        ),
  };
}

function informationFigure(result: InformationCurve) {
  if (result.kind === 'skipped') return result;
  const every = 50;
  const kept = (values: Float64Array) => values.filter((_, index) => index % every === 0);
  const { area, curve } = result;
  return { kind: 'curve' as const, area, curve: points({ x: kept(curve.x), y: kept(curve.y) }) };
}

/** Plain arrays for JSON, to six significant digits. */
function points({ x, y }: Curve): { x: number[]; y: number[] } {
  const plain = (values: Float64Array): number[] => [...values].map((value) => Number(value.toPrecision(6)));
  return { x: plain(x), y: plain(y) };
}

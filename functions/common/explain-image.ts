/**
 * One image through one model and several methods, without any cloud: what `cxai explain` does. The same
 * preparation, methods and manifest as the pipeline. A failing method is a result, not an error.
 */
import { type PassCount, sharedCalls } from '../../shared/attribution/shared-calls.ts';
import { Cancelled } from '../../shared/errors.ts';
import { windowOf } from '../../shared/imaging/canonical-image.ts';
import { pixelDigestOf } from '../../shared/imaging/pixel-digest.ts';
import type { Raster } from '../../shared/imaging/raster.ts';
import { renderSource } from '../../shared/imaging/rendering.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';
import type { ExplainedManifest } from '../../shared/manifest/manifest.ts';
import type { MethodResult } from '../../shared/manifest/method-result.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { ExplainedOutput, MethodPlan, Plan } from '../../shared/manifest/plan.ts';
import type { MetricsLevel } from '../../shared/manifest/trust-metrics.ts';
import { pairwiseAgreement } from '../../shared/metrics/agreement.ts';
import { explainedManifest } from '../../shared/pipeline/build-manifest.ts';
import type { RandomizedModels } from '../../shared/pipeline/check-randomization.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import { faultReport } from '../../shared/pipeline/fault-report.ts';
import { mapMeasurement } from '../../shared/pipeline/measure-map.ts';
import { planImage } from '../../shared/pipeline/plan-image.ts';
import { runIdOf } from '../../shared/pipeline/run-id.ts';
import {
  failedResult,
  type MethodRun,
  type MethodSubject,
  runMethodForTargets,
  succeededResult,
} from '../../shared/pipeline/run-method.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import type { Tensor32 } from '../../shared/tensor/tensor.ts';
import { decodeImage } from './decode-image.ts';
import { webpBytes } from './webp-bytes.ts';

export interface ExplainRequest {
  /** Of the file's name, only to warn where the content is another format. */
  readonly extension?: string;
  readonly card: ModelCard;
  /** The model's own output. */
  readonly classifier: Classifier;
  /** What the methods explain, where that is another output of the model; `explain` names it. */
  readonly explained?: Classifier;
  readonly explain?: ExplainedOutput | undefined;
  readonly runner: Runner;
  readonly methods: readonly MethodPlan[];
  /** Class names, a map each in one pass; the card's default target where absent. */
  readonly targets?: readonly string[] | undefined;
  readonly metrics: MetricsLevel;
  /** Images [N, ...inputShape] that stand for the data. */
  readonly background?: Tensor32 | undefined;
  /** Bits that images above 8 bits were stored with; guessed where absent. */
  readonly bits?: number | undefined;
  /** For the sanity check of level `full`; without it there is none. */
  readonly randomized?: RandomizedModels | undefined;
  readonly provenance: Plan['provenance'];
  /** Bytes the model may work with, for the choice of the batch size. */
  readonly memoryLimit?: number | undefined;
  readonly signal?: AbortSignal;
  /** The finished fraction of one method. */
  readonly onProgress?: (method: string, fraction: number) => void;
}

/** One class of one image. */
export interface ExplainedImage {
  readonly manifest: ExplainedManifest;
  readonly image: Raster;
  readonly input: Tensor32;
  /** Of the methods that succeeded, in plan order. */
  readonly runs: ReadonlyMap<string, MethodRun>;
  /** Passes that one method took from another instead of computing them again, over all classes. */
  readonly reused: PassCount;
}

interface Prepared {
  readonly plan: Plan;
  readonly input: Tensor32;
  readonly measure: ReturnType<typeof mapMeasurement>;
  readonly runs: Map<string, MethodRun>;
  readonly results: MethodResult[];
}

/**
 * An explanation for each target, in order. Throws PermanentFault where the file is no usable image, Cancelled
 * where `signal` asks for it.
 */
export async function explainImage(bytes: Uint8Array, request: ExplainRequest): Promise<ExplainedImage[]> {
  const { card, runner, methods, metrics, provenance, bits } = request;
  const { classifier, reused } = sharedCalls(request.explained ?? request.classifier);
  // The model's own output shares the calls where it is what is explained.
  const own = request.explained && request.explained !== request.classifier ? request.classifier : classifier;
  const image = await decodeImage(bytes, { extension: request.extension });
  const window = windowOf(image, bits);
  const targets = request.targets ?? [card.output.defaultTarget];
  const prepared: Prepared[] = [];
  for (const target of targets) prepared.push(await prepare(image, target, request, { classifier, own }));
  const subject = { classifier, card, input: prepared[0]!.input, runner, background: request.background };
  for (const { method } of methods) await explainWith(method, prepared, subject, request);
  return prepared.map(({ plan, input, runs, results }) => {
    const maps = new Map([...runs].map(([method, { map }]) => [method, map.data]));
    const agreement = metrics === 'none' ? undefined : pairwiseAgreement(maps);
    const manifest = explainedManifest(plan, card, results, provenance.createdAt, agreement);
    return { manifest, image: renderSource(image, window), input, runs, reused: reused() };
  });
}

async function prepare(
  image: SourceImage,
  target: string,
  request: ExplainRequest,
  { classifier, own }: { readonly classifier: Classifier; readonly own: Classifier },
): Promise<Prepared> {
  const { card, methods, metrics, provenance, runner, randomized, explain, background, memoryLimit, bits } =
    request;
  const aimed = { ...card, output: { ...card.output, defaultTarget: target } };
  const pixelDigest = pixelDigestOf(image);
  const runId = runIdOf(pixelDigest, aimed, methods, {
    seed: provenance.seed,
    metrics,
    explain,
    background: background && digestOf(new Uint8Array(background.data.buffer)),
    bits,
  });
  const wanted = { runId, pixelDigest, card: aimed, methods, metrics, provenance, explain, bits };
  const { plan, input } = await planImage(image, own, wanted);
  const subject = { classifier, card, input, runner, background };
  const sanity = randomized && { subject, models: randomized };
  const measure = mapMeasurement(
    plan,
    { classifier: own, card, input, memoryLimit, ...(sanity && { sanity }) },
    webpBytes,
  );
  return { plan, input, measure, runs: new Map(), results: [] };
}

/** One method for all targets: its results, good or bad, are added to each. */
async function explainWith(
  method: string,
  prepared: readonly Prepared[],
  subject: MethodSubject & { readonly runner: Runner },
  { memoryLimit, signal, onProgress }: ExplainRequest,
): Promise<void> {
  const started = performance.now();
  const watch = { signal, memoryLimit, onProgress: (fraction: number) => onProgress?.(method, fraction) };
  try {
    const plans = prepared.map(({ plan }) => plan);
    const found = await runMethodForTargets(plans, method, subject, watch);
    const milliseconds = (performance.now() - started) / found.length;
    for (const [index, run] of found.entries()) {
      const { plan, measure, runs, results } = prepared[index]!;
      const metrics = await measure(method, run, signal);
      runs.set(method, run);
      const work = { attempts: 1, milliseconds, runner: subject.runner, metrics };
      results.push(succeededResult(plan, method, run, work));
    }
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    for (const { plan, runs, results } of prepared) {
      if (!runs.has(method)) results.push(failedResult(plan, method, faultReport(error), 1));
    }
  }
}

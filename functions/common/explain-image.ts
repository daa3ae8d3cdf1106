/**
 * One image through one model and several methods, without any cloud: what `cxai explain` does. The same
 * preparation, methods and manifest as the pipeline. A failing method is a result, not an error.
 */
import { type PassCount, sharedCalls } from '../../shared/attribution/shared-calls.ts';
import { Cancelled } from '../../shared/errors.ts';
import { pixelDigestOf } from '../../shared/imaging/pixel-digest.ts';
import type { Raster } from '../../shared/imaging/raster.ts';
import { renderSource } from '../../shared/imaging/rendering.ts';
import type { ExplainedManifest } from '../../shared/manifest/manifest.ts';
import type { MethodResult } from '../../shared/manifest/method-result.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { MethodPlan, Plan } from '../../shared/manifest/plan.ts';
import type { MetricsLevel } from '../../shared/manifest/trust-metrics.ts';
import { explainedManifest } from '../../shared/pipeline/build-manifest.ts';
import { faultReport } from '../../shared/pipeline/fault-report.ts';
import { mapMeasurement } from '../../shared/pipeline/measure-map.ts';
import { planImage } from '../../shared/pipeline/plan-image.ts';
import { runIdOf } from '../../shared/pipeline/run-id.ts';
import {
  failedResult,
  type MethodRun,
  runMethod,
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
  readonly classifier: Classifier;
  readonly runner: Runner;
  readonly methods: readonly MethodPlan[];
  readonly metrics: MetricsLevel;
  readonly provenance: Plan['provenance'];
  /** Bytes the model may work with, for the choice of the batch size. */
  readonly memoryLimit?: number | undefined;
  readonly signal?: AbortSignal;
  /** The finished fraction of one method. */
  readonly onProgress?: (method: string, fraction: number) => void;
}

export interface ExplainedImage {
  readonly manifest: ExplainedManifest;
  readonly image: Raster;
  readonly input: Tensor32;
  /** Of the methods that succeeded, in plan order. */
  readonly runs: ReadonlyMap<string, MethodRun>;
  /** Passes that one method took from another instead of computing them again. */
  readonly reused: PassCount;
}

/** Throws PermanentFault where the file is no usable image, Cancelled where `signal` asks for it. */
export async function explainImage(bytes: Uint8Array, request: ExplainRequest): Promise<ExplainedImage> {
  const { card, runner, methods, metrics, provenance, memoryLimit, signal } = request;
  const { classifier, reused } = sharedCalls(request.classifier);
  const image = await decodeImage(bytes, { extension: request.extension });
  const pixelDigest = pixelDigestOf(image);
  const runId = runIdOf(pixelDigest, card, methods, { seed: provenance.seed, metrics });
  const { plan, input } = await planImage(image, classifier, {
    runId,
    pixelDigest,
    card,
    methods,
    metrics,
    provenance,
  });
  const measure = mapMeasurement(plan, { classifier, card, input }, webpBytes);
  const runs = new Map<string, MethodRun>();
  const results: MethodResult[] = [];
  for (const { method } of methods) {
    const started = performance.now();
    const onProgress = (fraction: number) => request.onProgress?.(method, fraction);
    try {
      const run = await runMethod(
        plan,
        method,
        { classifier, card, input, runner },
        { signal, onProgress, memoryLimit },
      );
      runs.set(method, run);
      const milliseconds = performance.now() - started;
      const measured = await measure(run, signal);
      results.push(
        succeededResult(plan, method, run, { attempts: 1, milliseconds, runner, metrics: measured }),
      );
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      results.push(failedResult(plan, method, faultReport(error), 1));
    }
  }
  const manifest = explainedManifest(plan, card, results, provenance.createdAt);
  return { manifest, image: renderSource(image), input, runs, reused: reused() };
}

/** `cxai explain`: images in, maps, overlays and a report out; no cloud. One bad image never stops the others. */
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Cancelled } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { MethodPlan } from '../../shared/manifest/plan.ts';
import type { MetricsLevel } from '../../shared/manifest/trust-metrics.ts';
import { gpuAboveFlops, methodNames, planMethods } from '../../shared/pipeline/plan-methods.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { chooseRunner, type DeviceName } from '../common/choose-runner.ts';
import { type ExplainedImage, explainImage } from '../common/explain-image.ts';
import { type EngineName, openClassifier } from '../common/open-classifier.ts';
import { provenanceOf } from '../common/provenance.ts';
import { newTraceId } from '../common/trace-id.ts';
import { methodOptions } from './method-flags.ts';
import { loadModel, type ModelFlags } from './model-source.ts';
import type { Output, Progress } from './output.ts';
import { writeExplanation, writeReport } from './write-explanation.ts';
import { WrongUse } from './wrong-use.ts';

export interface ExplainFlags extends ModelFlags {
  readonly model: string;
  readonly methods?: string[];
  readonly target?: string;
  readonly options?: string;
  readonly out: string;
  readonly metrics: MetricsLevel;
  readonly seed: number;
  readonly threads?: number;
  readonly device?: DeviceName;
  readonly engine?: EngineName;
  /** Bytes the model may work with. */
  readonly memory?: number;
}

interface Bench {
  readonly card: ModelCard;
  readonly classifier: Classifier;
  readonly runner: Runner;
  readonly methods: readonly MethodPlan[];
  readonly metrics: MetricsLevel;
  readonly seed: number;
  readonly memoryLimit: number | undefined;
  readonly signal: AbortSignal;
}

/** Returns the number of images that failed. */
export async function explainCommand(
  images: readonly string[],
  flags: ExplainFlags,
  output: Output,
): Promise<number> {
  const bench = await prepare(flags, output);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const names = uniqueNames(images);
  const done: { readonly name: string; readonly explained: ExplainedImage }[] = [];
  let failures = 0;
  for (const [index, path] of images.entries()) {
    const name = names[index]!;
    const progress = output.progress(name);
    try {
      const explained = await explainOne(path, { ...bench, signal: interrupt.signal }, progress);
      progress.done();
      await writeExplanation(join(flags.out, name), explained);
      done.push({ name, explained });
      failures += explained.manifest.status === 'complete' ? 0 : 1;
      announce(output, path, join(flags.out, name), explained);
    } catch (error) {
      progress.done();
      failures += 1;
      output.failure(path, error);
      if (error instanceof Cancelled) break;
    }
  }
  await bench.classifier.release();
  if (done.length > 0) output.note(`report: ${await writeReport(flags.out, bench.card, done)}`);
  return failures;
}

async function prepare(flags: ExplainFlags, output: Output): Promise<Omit<Bench, 'signal'>> {
  const graphs = await chooseRunner(
    flags.device,
    flags.threads === undefined ? {} : { threads: flags.threads },
  );
  const source = await loadModel(flags.model, graphs, flags);
  for (const assumption of source.assumptions) output.note(`assumed: ${assumption}`);
  const card = withTarget(source.card, flags.target);
  const { classifier, runner } = await openClassifier(source, graphs, flags.engine);
  output.note(`engine: ${runner.engine}, ${runner.device}`);
  const names = methodNames(flags.methods);
  const chosen = methodOptions(flags.options);
  const methods = planMethods(
    names.map((method) => ({ method, options: chosen[method] })),
    { seed: flags.seed, forwardFlops: 0, rule: { gpu: false, gpuAbove: gpuAboveFlops } },
  );
  const { metrics, seed, memory: memoryLimit } = flags;
  return { card, classifier, runner, methods, metrics, seed, memoryLimit };
}

/** A class by name or index, for all images; the predicted one of each where none is named. */
function withTarget(card: ModelCard, target: string | undefined): ModelCard {
  if (target === undefined || target === 'predicted') return card;
  const { classes } = card.output;
  const name = classes.includes(target) ? target : classes[Number(target)];
  if (name === undefined) {
    throw new WrongUse(`--target: expected 'predicted' or one of ${classes.join(', ')}, got '${target}'`);
  }
  return { ...card, output: { ...card.output, defaultTarget: name } };
}

async function explainOne(path: string, bench: Bench, progress: Progress): Promise<ExplainedImage> {
  const bytes = new Uint8Array(await readFile(path));
  const order = bench.methods.map(({ method }) => method);
  const { card, classifier, runner, methods, metrics, seed, memoryLimit, signal } = bench;
  return explainImage(bytes, {
    extension: extname(path),
    card,
    classifier,
    runner,
    methods,
    metrics,
    memoryLimit,
    signal,
    provenance: provenanceOf({ commit: 'local', seed, traceId: newTraceId(), createdAt: new Date() }),
    onProgress: (method, fraction) => progress.set((order.indexOf(method) + fraction) / order.length),
  });
}

function announce(output: Output, path: string, folder: string, explained: ExplainedImage): void {
  const { manifest, reused } = explained;
  const probability = manifest.probabilities[manifest.target.index] ?? 0;
  output.result(`✓ ${path}   ${manifest.target.name} ${(100 * probability).toFixed(1)} %   → ${folder}`, {
    image: path,
    folder,
    ...manifest,
  });
  if (reused.gradients + reused.forwards > 0) {
    output.note(`  shared between methods: ${reused.gradients} gradients, ${reused.forwards} forward passes`);
  }
  for (const warning of manifest.warnings) output.note(`  ! ${warning}`);
  for (const result of manifest.methods) {
    if (result.status === 'failed') output.note(`  ✗ ${result.method}: ${result.error.message}`);
  }
}

/** Folder names from file names; `scan`, `scan-2`, … where two would collide. */
export function uniqueNames(paths: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return paths.map((path) => {
    const name = basename(path, extname(path));
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}

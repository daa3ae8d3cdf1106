/** `cxai explain`: images in, maps, overlays and a report out; no cloud. One bad image never stops the others. */
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Cancelled } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { ExplainedOutput, MethodPlan } from '../../shared/manifest/plan.ts';
import type { MetricsLevel, TrustMetrics } from '../../shared/manifest/trust-metrics.ts';
import { type RandomizedModels, randomizedModels } from '../../shared/pipeline/check-randomization.ts';
import { gpuAboveFlops, methodNames, planMethods } from '../../shared/pipeline/plan-methods.ts';
import type { Tensor32 } from '../../shared/tensor/tensor.ts';
import { type ExplainedImage, explainImage } from '../common/explain-image.ts';
import { type EngineName, type OpenedClassifier, openClassifier } from '../common/open-classifier.ts';
import { provenanceOf } from '../common/provenance.ts';
import { readBackground } from '../common/read-background.ts';
import { newTraceId } from '../common/trace-id.ts';
import { imagesIn } from './image-paths.ts';
import { methodOptions } from './method-flags.ts';
import { loadModel, type ModelFlags } from './model-source.ts';
import type { Output, Progress } from './output.ts';
import { type RunnerFlags, runnerOf } from './runner-flags.ts';
import { targetsOf } from './target-flag.ts';
import { writeExplanation, writeReport } from './write-explanation.ts';

export interface ExplainFlags extends ModelFlags, RunnerFlags {
  readonly model: string;
  readonly methods?: string[];
  /** Class names or indices, `predicted`, `all`. */
  readonly target?: string[];
  readonly explain?: ExplainedOutput;
  /** A folder of images that stand for the data. */
  readonly background?: string;
  readonly options?: string;
  readonly out: string;
  readonly metrics: MetricsLevel;
  readonly seed: number;
  readonly engine?: EngineName;
  /** Bytes the model may work with. */
  readonly memory?: number;
  /** Stored bits of images above 8 bits. */
  readonly bits?: number;
}

interface Bench {
  readonly card: ModelCard;
  readonly opened: OpenedClassifier;
  readonly methods: readonly MethodPlan[];
  readonly targets: readonly string[] | undefined;
  readonly explain: ExplainedOutput;
  readonly background: Tensor32 | undefined;
  readonly randomized: RandomizedModels | undefined;
  readonly metrics: MetricsLevel;
  readonly seed: number;
  readonly memoryLimit: number | undefined;
  readonly bits: number | undefined;
  readonly signal: AbortSignal;
}

/** Returns the number of images that failed. */
export async function explainCommand(
  paths: readonly string[],
  flags: ExplainFlags,
  output: Output,
): Promise<number> {
  const images = await imagesIn(paths);
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
      const found = await explainOne(path, { ...bench, signal: interrupt.signal }, progress);
      progress.done();
      for (const explained of found) {
        const folder = found.length === 1 ? name : folderOf(name, explained);
        await writeExplanation(join(flags.out, folder), explained);
        done.push({ name: folder, explained });
        announce(output, path, join(flags.out, folder), explained);
      }
      announceShared(output, found[0]!);
      failures += found.every(({ manifest }) => manifest.status === 'complete') ? 0 : 1;
    } catch (error) {
      progress.done();
      failures += 1;
      output.failure(path, error);
      if (error instanceof Cancelled) break;
    }
  }
  await Promise.all([bench.opened.release(), bench.randomized?.release()]);
  if (done.length > 0) output.note(`report: ${await writeReport(flags.out, bench.card, done)}`);
  return failures;
}

/** The model, its methods and what else a flag names, ready for any number of images. */
export async function prepare(flags: ExplainFlags, output: Output): Promise<Omit<Bench, 'signal'>> {
  const graphs = await runnerOf(flags);
  const source = await loadModel(flags.model, graphs, flags);
  for (const assumption of source.assumptions) output.note(`assumed: ${assumption}`);
  const { card, bytes } = source;
  const targets = targetsOf(flags.target, card);
  const { metrics, seed, memory: memoryLimit, explain = 'score', engine, bits } = flags;
  const names = methodNames(flags.methods);
  const chosen = methodOptions(flags.options, names);
  const methods = planMethods(
    names.map((method) => ({ method, options: chosen[method] })),
    { seed, forwardFlops: 0, rule: { gpu: false, gpuAbove: gpuAboveFlops } },
  );
  const background =
    flags.background === undefined ? undefined : await readBackground(flags.background, card, flags.bits);
  const opened = await openClassifier(source, graphs, { engine, explain });
  output.note(`engine: ${opened.runner.engine}, ${opened.runner.device}`);
  const randomized = metrics === 'full' ? randomizedModels(bytes, opened.openWeights, seed) : undefined;
  return {
    card,
    opened,
    methods,
    targets,
    explain,
    background,
    randomized,
    metrics,
    seed,
    memoryLimit,
    bits,
  };
}

async function explainOne(path: string, bench: Bench, progress: Progress): Promise<ExplainedImage[]> {
  const bytes = new Uint8Array(await readFile(path));
  const order = bench.methods.map(({ method }) => method);
  const { opened, seed, ...request } = bench;
  const { classifier, explained, runner } = opened;
  return explainImage(bytes, {
    ...request,
    extension: extname(path),
    classifier,
    explained,
    runner,
    provenance: provenanceOf({ commit: 'local', seed, traceId: newTraceId(), createdAt: new Date() }),
    onProgress: (method, fraction) => progress.set((order.indexOf(method) + fraction) / order.length),
  });
}

function announce(output: Output, path: string, folder: string, explained: ExplainedImage): void {
  const { manifest } = explained;
  const probability = manifest.probabilities[manifest.target.index] ?? 0;
  output.result(`✓ ${path}   ${manifest.target.name} ${(100 * probability).toFixed(1)} %   → ${folder}`, {
    image: path,
    folder,
    ...manifest,
  });
  for (const warning of manifest.warnings) output.note(`  ! ${warning}`);
  for (const result of manifest.methods) {
    if (result.status === 'failed') output.note(`  ✗ ${result.method}: ${result.error.message}`);
    else announceSanity(output, result.method, result.metrics.randomization);
  }
}

function announceSanity(output: Output, method: string, check: TrustMetrics['randomization']): void {
  if (check?.kind === 'skipped') output.note(`  ${method}: randomization check skipped, ${check.reason}`);
  if (check?.kind !== 'checked') return;
  const similarity = check.stages.at(-1)!.similarity.toFixed(2);
  const verdict = check.passed ? 'passes' : 'FAILS';
  output.note(
    `  ${method}: ${verdict} the randomization check (similarity ${similarity}, random pairs below ${check.control.threshold.toFixed(2)})`,
  );
}

function announceShared(output: Output, { reused }: ExplainedImage): void {
  if (reused.gradients + reused.forwards === 0) return;
  output.note(`  shared between methods: ${reused.gradients} gradients, ${reused.forwards} forward passes`);
}

/** Of one of several classes of an image: its index keeps names apart that differ in other signs alone. */
function folderOf(name: string, { manifest: { target } }: ExplainedImage): string {
  const words = target.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return [name, target.index, words].filter((part) => part !== '').join('-');
}

/**
 * Folder names from file names; `scan`, `scan-2`, … where two would collide, also where the file system does not tell
 * upper from lower case.
 */
export function uniqueNames(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const name = basename(path, extname(path));
    let free = name;
    for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}-${count}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

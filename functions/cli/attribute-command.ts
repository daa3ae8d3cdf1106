/** `cxai attribute`: arrays in, arrays out, in the model's own layout and units. */
import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { attributeTargets } from '../../shared/attribution/attribute-targets.ts';
import type { AttributionContext, Method } from '../../shared/attribution/method.ts';
import { methodNamed, parseOptions } from '../../shared/attribution/registry.ts';
import { takesBaseline } from '../../shared/attribution/takes-baseline.ts';
import type { Explained } from '../../shared/autodiff/output.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { ExplainedOutput } from '../../shared/manifest/plan.ts';
import type { DeclaredValue } from '../../shared/onnx/graph.ts';
import { readModel } from '../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../shared/onnx/supported-operators.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { writeNpy } from '../../shared/tensor/npy.ts';
import { type Tensor, type Tensor32, tensor } from '../../shared/tensor/tensor.ts';
import { openClassifier } from '../common/open-classifier.ts';
import { readBackground } from '../common/read-background.ts';
import { readModelFile } from '../common/read-model-file.ts';
import { readImageArray, readImageArrays } from './image-array.ts';
import { jsonObject } from './method-flags.ts';
import { loadWithCard } from './model-source.ts';
import type { Output } from './output.ts';
import { type RunnerFlags, runnerOf } from './runner-flags.ts';
import { targetsOf } from './target-flag.ts';
import { integer, WrongUse } from './wrong-use.ts';

export interface AttributeFlags extends RunnerFlags {
  readonly model: string;
  readonly input: string;
  /** Class indices; names as well where the model has a card. */
  readonly target: readonly string[];
  readonly method: string;
  readonly options?: string;
  /** Start from the options that repeat the published reference. */
  readonly reference?: boolean;
  /** A .npy file. */
  readonly baseline?: string;
  /** A .npy file of images, or a folder of pictures where the model has a card. */
  readonly background?: string;
  readonly seed?: number;
  readonly layout?: Classifier['layout'];
  readonly explain?: ExplainedOutput;
  readonly multiLabel?: boolean;
  readonly out: string;
  /** Bytes the model may work with. */
  readonly memory?: number;
}

export async function attributeCommand(flags: AttributeFlags, output: Output): Promise<void> {
  const method = methodNamed(flags.method);
  const options = optionsOf(method, flags);
  if (!(await stat(dirname(flags.out)).catch(() => undefined))?.isDirectory()) {
    throw new WrongUse(`--out: expected a file in a folder that exists, got '${flags.out}'`);
  }
  const runner = await runnerOf(flags);
  const { card, classifier, input, targets, release } = await open(flags, runner);
  const declared = input.declared;
  const baseline = flags.baseline === undefined ? undefined : await readImageArray(flags.baseline, declared);
  const background = await backgroundOf(flags, declared, card);
  const progress = output.progress(method.name);
  const started = performance.now();
  const context: Omit<AttributionContext, 'target'> = {
    baseline,
    background,
    runner,
    preprocessing: card?.input,
    memoryLimit: flags.memory,
    onProgress: (fraction) => progress.set(fraction),
  };
  const found = await attributeTargets(method, classifier, input.image, context, targets, options);
  progress.done();
  const milliseconds = performance.now() - started;
  const map = stacked(found.map((attribution) => attribution.map));
  await writeFile(flags.out, writeNpy(map));
  await release();
  const gradients = total(found.map((attribution) => attribution.gradients));
  const completeness = found.map((attribution) => attribution.completeness ?? null);
  output.result(`${method.name}: ${gradients} gradients, ${milliseconds.toFixed(0)} ms → ${flags.out}`, {
    method: method.name,
    out: flags.out,
    shape: map.shape,
    gradients,
    forwards: total(found.map(({ forwards }) => forwards)),
    batchSize: found[0]!.batchSize,
    completeness: completeness.length === 1 ? completeness[0] : completeness,
    milliseconds,
    engine: runner.engine,
    device: runner.device,
  });
}

/** The method's options, all written out. Throws WrongUse where a flag says what the method does not read. */
function optionsOf(method: Method<unknown>, flags: AttributeFlags): unknown {
  const given: Record<string, unknown> = {
    ...(flags.reference ? referenceOf(method) : {}),
    ...(flags.options ? jsonObject(flags.options, '--options') : {}),
  };
  const options = parseOptions(method, given) as object;
  if (flags.baseline !== undefined) {
    if (given.baselines === 'extremes') {
      throw new WrongUse(
        '--baseline: expected options without baselines "extremes", which bring two of their own',
      );
    }
    if (!takesBaseline(options)) {
      throw new WrongUse(`--baseline: expected a method that has a baseline, got ${method.name}`);
    }
  }
  if (flags.seed === undefined) return options;
  if (!('seed' in options)) {
    throw new WrongUse(`--seed: expected a method that draws random numbers, got ${method.name}`);
  }
  return parseOptions(method, { seed: flags.seed, ...given });
}

interface Opened {
  readonly card: ModelCard | undefined;
  /** What is explained. */
  readonly classifier: Classifier;
  readonly input: { readonly declared: DeclaredValue; readonly image: Tensor };
  readonly targets: readonly number[];
  readonly release: () => Promise<void>;
}

async function open(flags: AttributeFlags, runner: Runner): Promise<Opened> {
  const { layout, multiLabel } = flags;
  const stated = { ...(layout && { layout }), ...(multiLabel !== undefined && { multiLabel }) };
  const source = await loadWithCard(flags.model, stated);
  const { bytes } = source ?? (await readModelFile(flags.model));
  const { input: declared } = readModel(bytes, supportedOperators);
  const input = { declared, image: await readImageArray(flags.input, declared) };
  if (source) {
    const { card } = source;
    const targets = classesOf(flags.target, card);
    const { explained, release } = await openClassifier(source, runner, { explain: flags.explain });
    return { card, classifier: explained, input, targets, release };
  }
  const targets = flags.target.map(classIndex);
  const settings = { inputShape: input.image.shape, explain: explainedOf(flags), ...(layout && { layout }) };
  const classifier = await compileClassifier(bytes, runner, settings);
  return { card: undefined, classifier, input, targets, release: () => classifier.release() };
}

function classesOf(target: readonly string[], card: ModelCard): number[] {
  const names = targetsOf(target, card) ?? [];
  if (names.length > 0 && !names.includes('predicted')) {
    return names.map((name) => card.output.classes.indexOf(name));
  }
  throw new WrongUse(`--target: expected classes by name or index, got '${target.join(',')}'`);
}

function classIndex(text: string): number {
  try {
    return integer(text);
  } catch {
    throw new WrongUse(`--target: expected class indices (this model has no card with names), got '${text}'`);
  }
}

/** Throws WrongUse for a folder of pictures beside a model without a card: nothing says how to prepare them. */
async function backgroundOf(
  { background }: AttributeFlags,
  declared: DeclaredValue,
  card: ModelCard | undefined,
): Promise<Tensor | undefined> {
  if (background === undefined) return undefined;
  if (background.endsWith('.npy')) return readImageArrays(background, declared);
  if (card) return readBackground(background, card);
  throw new WrongUse(
    `--background: expected a .npy file of images beside a model without a card, got '${background}'`,
  );
}

/** The probability of one label of several that may hold is its own sigmoid's. */
const explainedOf = ({ explain = 'score', multiLabel = false }: AttributeFlags): Explained =>
  explain === 'probability' && multiLabel ? 'label-probability' : explain;

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The map of one class as it is; of several along a first axis. */
function stacked(maps: readonly Tensor32[]): Tensor32 {
  const [{ data, shape }] = maps as [Tensor32];
  if (maps.length === 1) return { data, shape };
  const all = new Float32Array(maps.length * data.length);
  maps.forEach((map, index) => {
    all.set(map.data, index * data.length);
  });
  return tensor(all, [maps.length, ...shape]);
}

function referenceOf(method: Method<unknown>): object {
  if (method.reference) return method.reference;
  throw new WrongUse(
    `--reference: expected a method with reference options (cxai methods), got ${method.name}`,
  );
}

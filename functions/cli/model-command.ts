/** `cxai model check|add`: whether and how a model can be explained, and a card for it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOptions } from '../../shared/attribution/parse-options.ts';
import { methods } from '../../shared/attribution/registry.ts';
import { PermanentFault } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { type CrossCheck, crossCheck } from '../common/cross-check.ts';
import { inputShapeOf } from '../common/model-registry.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { tfjsFiles } from '../common/open-classifier.ts';
import { loadTfjsEngine, type TfjsFiles } from '../common/tfjs-engine.ts';
import { readModelFolder } from '../local/register-models.ts';
import { loadModel, type ModelFlags, type ModelSource } from './model-source.ts';
import type { Output } from './output.ts';

export interface ModelCheckFlags extends ModelFlags {
  /** Compare with TensorFlow.js. */
  readonly crossCheck?: boolean;
}

export async function modelCheckCommand(
  model: string,
  flags: ModelCheckFlags,
  output: Output,
): Promise<void> {
  const runner = createOnnxRuntimeRunner({});
  const source = await loadModel(model, runner, flags);
  const { card, bytes, assumptions } = source;
  const second = flags.crossCheck ? tfjsFiles(source) : undefined;
  const { layout } = card.input;
  const classifier = await compileClassifier(bytes, runner, { layout, inputShape: inputShapeOf(card) });
  const { forward, gradient } = await timing(classifier);
  const check = second && (await checkAgainstTfjs(classifier, second, card));
  await classifier.release();
  const costs = methods.map((method) => {
    const { gradients, forwards } = method.cost(parseOptions(method, {}));
    return {
      method: method.name,
      gradients,
      forwards,
      seconds: (gradients * gradient + forwards * forward) / 1000,
    };
  });
  const text = [
    `model      ${card.name}, ${bytes.length} bytes, ${card.digest.slice(0, 19)}…`,
    `input      ${inputShapeOf(card).join(' × ')} ${layout}, values ${card.input.range.join(' … ')}`,
    `output     ${card.output.classes.length} classes (${card.output.activation}): ${card.output.classes.join(', ')}`,
    `one image  forward ${forward.toFixed(1)} ms, gradient ${gradient.toFixed(1)} ms (${runner.engine}, ${runner.device})`,
    'expected cost per method',
    ...costs.map(({ method, gradients, forwards, seconds }) => {
      const calls = `${gradients} gradients, ${forwards} forward passes`;
      return `  ${method.padEnd(22)} ${calls.padEnd(38)} about ${seconds.toFixed(2)} s`;
    }),
    ...assumptions.map((assumption) => `assumed    ${assumption}`),
    ...(check ? [described(check)] : []),
    '✓ this model can be explained',
  ];
  output.result(text.join('\n'), {
    card,
    assumptions,
    milliseconds: { forward, gradient },
    costs,
    ...(check && { crossCheck: check }),
  });
}

type NamedCheck = CrossCheck & { readonly engine: string };

/** Throws PermanentFault `engines-disagree`. */
async function checkAgainstTfjs(ours: Classifier, files: TfjsFiles, card: ModelCard): Promise<NamedCheck> {
  const { open, engine } = await loadTfjsEngine();
  const theirs = await open(files);
  const check = { ...(await crossCheck(ours, theirs, card)), engine };
  await theirs.release();
  if (!check.agree) {
    throw new PermanentFault(
      `model check: expected both engines to agree, got differences of ${check.scores.toExponential(1)} (scores) and ${check.gradients.toExponential(1)} (gradients)`,
      { code: 'engines-disagree', details: { ...check } },
    );
  }
  return check;
}

function described({ engine, images, scores, gradients, largestGradient }: NamedCheck): string {
  const [s, g, most] = [scores, gradients, largestGradient].map((value) => value.toExponential(1));
  return `cross-check  ${engine}, ${images} images: scores differ by at most ${s}, gradients by ${g} of the greatest (${most})`;
}

/** Medians of five after a warm-up, on a mid-grey image. */
async function timing(classifier: Classifier): Promise<{ forward: number; gradient: number }> {
  const shape = [1, ...classifier.inputShape];
  const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(0.5);
  const median = async (work: () => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < 6; run += 1) {
      const started = performance.now();
      await work();
      times.push(performance.now() - started);
    }
    return times.slice(1).sort((a, b) => a - b)[2]!;
  };
  return {
    forward: await median(() => classifier.scores({ shape, data })),
    gradient: await median(() => classifier.gradient({ shape, data }, [0])),
  };
}

export interface ModelAddFlags extends ModelFlags {
  readonly models: string;
}

/** Writes `models/<id>/` with the file and its card; `cxai start` takes it up from there. */
export async function modelAddCommand(model: string, flags: ModelAddFlags, output: Output): Promise<void> {
  const source = await loadModel(model, createOnnxRuntimeRunner({}), flags);
  const folder = join(flags.models, source.card.id);
  await writeModelFolder(folder, source);
  for (const assumption of source.assumptions) output.note(`assumed: ${assumption}`);
  output.result(
    `✓ ${folder}/card.json written: check it, then \`npm start\` takes files in ./drop/${source.card.id}/`,
    { folder, card: source.card, assumptions: source.assumptions },
  );
}

export async function writeModelFolder(
  folder: string,
  { card, bytes }: Pick<ModelSource, 'card' | 'bytes'>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, card.file), bytes);
  await writeFile(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  await readModelFolder(folder);
}

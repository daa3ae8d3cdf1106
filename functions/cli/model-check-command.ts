/** `cxai model check`: can it be explained, what was understood of it, what will each method cost; or every reason why not. */
import { parseOptions } from '../../shared/attribution/parse-options.ts';
import { methods } from '../../shared/attribution/registry.ts';
import { type CxaiError, PermanentFault } from '../../shared/errors.ts';
import type { OutputActivation } from '../../shared/manifest/model-card.ts';
import { offendersIn } from '../../shared/onnx/refusal.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import type { ConvolutionalClassifier } from '../../shared/runtime/convolutional-classifier.ts';
import { describeModel, type ModelDescription } from '../../shared/runtime/describe-model.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import type { Extent } from '../../shared/segmentation/extent.ts';
import { type CrossCheck, crossCheck } from '../common/cross-check.ts';
import type { InferredCard } from '../common/infer-card.ts';
import { inputShapeOf } from '../common/model-registry.ts';
import { nodesOffDevice } from '../common/nodes-off-device.ts';
import { tfjsFiles } from '../common/open-classifier.ts';
import { loadTfjsEngine, type TfjsFiles } from '../common/tfjs-engine.ts';
import { loadModel, type ModelFlags, type ModelSource } from './model-source.ts';
import type { Output } from './output.ts';
import { probeModel } from './probe-model.ts';
import { type RunnerFlags, runnerOf } from './runner-flags.ts';
import { warnAboutSamples } from './sample-check.ts';

export interface ModelCheckFlags extends ModelFlags, RunnerFlags {
  /** Compare with TensorFlow.js. */
  readonly crossCheck?: boolean;
  /** Images to try the preprocessing on. */
  readonly sample?: string[];
}

interface Findings extends InferredCard {
  readonly model: ModelDescription;
  readonly fileBytes: number;
  readonly engine: string;
  readonly device: string;
  readonly milliseconds: { readonly forward: number; readonly gradient: number };
  readonly costs: readonly MethodCost[];
  readonly featureMap: string | undefined;
  /** Operators that run on the CPU though a GPU computes. */
  readonly fallsBack: readonly string[] | undefined;
  readonly crossCheck: NamedCheck | undefined;
  readonly warnings: readonly string[];
}

interface MethodCost {
  readonly method: string;
  readonly gradients: number;
  readonly forwards: number;
  readonly seconds: number;
}

/** Returns 1 where the model is refused; every reason is said, with what to do. */
export async function modelCheckCommand(
  model: string,
  flags: ModelCheckFlags,
  output: Output,
): Promise<number> {
  try {
    const runner = await runnerOf(flags);
    const findings = await examine(await loadModel(model, runner, flags), runner, flags);
    output.result(page(findings).join('\n'), findings);
    return 0;
  } catch (error) {
    const offenders = offendersIn(error);
    if (!offenders) throw error;
    const { remedy } = error as CxaiError;
    const lines = [
      '✗ this model cannot be explained',
      ...offenders.map((each) => `  · ${each}`),
      `→ ${remedy}`,
    ];
    output.result(lines.join('\n'), { refused: offenders, remedy });
    return 1;
  }
}

async function examine(source: ModelSource, runner: Runner, flags: ModelCheckFlags): Promise<Findings> {
  const { card, bytes, assumptions } = source;
  const second = flags.crossCheck ? tfjsFiles(source) : undefined;
  const options = { layout: card.input.layout, inputShape: inputShapeOf(card) };
  const classifier = await compileClassifier(bytes, runner, options);
  const milliseconds = await timing(classifier);
  const check = second && (await checkAgainstTfjs(classifier, second, card));
  const warnings = [
    ...(await probeModel(card, classifier)),
    ...(await warnAboutSamples(flags.sample ?? [], card, classifier)),
  ];
  await classifier.release();
  const { engine, device } = runner;
  return {
    card,
    assumptions,
    model: describeModel(bytes, options.inputShape),
    fileBytes: bytes.length,
    engine,
    device,
    milliseconds,
    costs: costsOf(milliseconds, card.input),
    featureMap: classifier.featureMaps.at(-1),
    fallsBack:
      device === 'cuda' || device === 'webgpu' ? await nodesOffDevice(bytes, device, options) : undefined,
    crossCheck: check,
    warnings,
  };
}

function costsOf({ forward, gradient }: Findings['milliseconds'], extent: Extent): MethodCost[] {
  return methods.map((method) => {
    const { gradients, forwards } = method.cost(parseOptions(method, {}), extent);
    const seconds = (gradients * gradient + forwards * forward) / 1000;
    return { method: method.name, gradients, forwards, seconds };
  });
}

function page(found: Findings): string[] {
  const { card, model, milliseconds, costs, assumptions, warnings } = found;
  const { activation, classes } = card.output;
  const shape = model.input.shape.map((extent) => extent ?? 'free').join(' × ');
  const operators = model.operators.map(([op, count]) => (count > 1 ? `${op} ×${count}` : op)).join(', ');
  const [low, high] = card.input.range;
  return [
    `model       ${card.name}: ${amount(found.fileBytes)}B, ${card.digest.slice(0, 19)}…`,
    `written by  ${model.producer || 'an unnamed program'}, operator set ${model.opset}`,
    `input       ${model.input.name}: ${shape} ${model.input.type}, ${card.input.layout}; one image ${inputShapeOf(card).join(' × ')}, values ${low} … ${high}`,
    `output      ${model.output}: ${classes.length} classes (${activation}): ${classes.join(', ')}`,
    `operators   ${operators}`,
    `explained   ${explained(activation)}; class activation maps at ${found.featureMap ?? 'no feature map: not available'}`,
    `size        ${amount(model.parameters)} parameters, ${amount(model.flops)}FLOP an image`,
    `memory      weights ${amount(model.weightBytes)}B, values of one image’s gradient at most ${amount(model.gradientBytes)}B`,
    `one image   forward ${milliseconds.forward.toFixed(1)} ms, gradient ${milliseconds.gradient.toFixed(1)} ms (${found.engine}, ${found.device})`,
    ...(found.fallsBack ? [fallBack(found.fallsBack, found.device)] : []),
    'expected cost per method',
    ...costs.map(({ method, gradients, forwards, seconds }) => {
      const calls = `${gradients} gradients, ${forwards} forward passes`;
      return `  ${method.padEnd(22)} ${calls.padEnd(38)} about ${seconds.toFixed(2)} s`;
    }),
    ...assumptions.map((assumption) => `assumed     ${assumption}`),
    ...(found.crossCheck ? [described(found.crossCheck)] : []),
    ...warnings.map((warning) => `! ${warning}`),
    '✓ this model can be explained',
  ];
}

function explained(activation: OutputActivation): string {
  return activation === 'logits' || activation === 'multi-label-logits'
    ? 'the logit of the class, as the file gives it'
    : `the probability of the class, after the ${activation} in the file`;
}

function fallBack(operators: readonly string[], device: string): string {
  return operators.length === 0
    ? `falls back  nothing: the whole gradient runs on ${device}`
    : `falls back  to the CPU from ${device}: ${operators.join(', ')}`;
}

/** 1234567 -> `1.23 M`. */
function amount(value: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${['', 'k', 'M', 'G', 'T'][power]}`;
}

type NamedCheck = CrossCheck & { readonly engine: string };

/** Throws PermanentFault `engines-disagree`. */
async function checkAgainstTfjs(
  ours: ConvolutionalClassifier,
  files: TfjsFiles,
  card: InferredCard['card'],
): Promise<NamedCheck> {
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

/** A model in the engine the user asked for: our gradient graphs in onnxruntime, or TensorFlow.js. */
import type { Explained } from '../../shared/autodiff/output.ts';
import { PermanentFault } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { ExplainedOutput } from '../../shared/manifest/plan.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { inputShapeOf } from './model-registry.ts';
import { loadTfjsEngine, type TfjsFiles } from './tfjs-engine.ts';

export const engineNames = ['onnxruntime', 'tfjs'] as const;
export type EngineName = (typeof engineNames)[number];

export interface OpenedClassifier {
  /** The model's own output: scores and probabilities that are reported, trust metrics. */
  readonly classifier: Classifier;
  /** What the methods explain; the same classifier where that is the model's own output. */
  readonly explained: Classifier;
  /** For graphs of a method's own; it carries the name of the engine that ran the model. */
  readonly runner: Runner;
  /** Opens other weights of the same model, as `explained` is opened. */
  readonly openWeights: (bytes: Uint8Array) => Promise<Classifier>;
  readonly release: () => Promise<void>;
}

interface Source {
  readonly card: ModelCard;
  readonly bytes: Uint8Array;
  readonly tfjs?: TfjsFiles;
}

interface OpenOptions {
  readonly engine?: EngineName | undefined;
  readonly explain?: ExplainedOutput | undefined;
}

/**
 * Throws PermanentFault `engine-model` where TensorFlow.js is asked for a model that is not TF.js, or for another
 * output than the model's own; `no-logit` where a model of probabilities ends in no softmax or sigmoid that is recognized.
 */
export async function openClassifier(
  source: Source,
  runner: Runner,
  { engine = 'onnxruntime', explain = 'score' }: OpenOptions = {},
): Promise<OpenedClassifier> {
  const { card, bytes } = source;
  const explainedOutput = explainedOf(explain, card);
  const options = { layout: card.input.layout, inputShape: inputShapeOf(card) };
  const openWeights = (weights: Uint8Array) =>
    compileClassifier(weights, runner, { ...options, explain: explainedOutput });
  if (engine === 'tfjs') {
    if (explainedOutput !== 'score') throw onlyOwnOutput(explain);
    const { open, engine: name } = await loadTfjsEngine();
    const classifier = await open(tfjsFiles(source));
    const release = () => classifier.release();
    // TensorFlow.js computes on the CPU in both its forms here.
    const here: Runner = { ...runner, engine: name, device: 'cpu' };
    return { classifier, explained: classifier, runner: here, openWeights, release };
  }
  const classifier = await compileClassifier(bytes, runner, options);
  if (explainedOutput === 'score') {
    return { classifier, explained: classifier, runner, openWeights, release: () => classifier.release() };
  }
  const explained = await openWeights(bytes);
  if (explainedOutput === 'logit') await refuseSameOutput(classifier, explained);
  const release = async () => {
    await Promise.all([classifier.release(), explained.release()]);
  };
  return { classifier, explained, runner, openWeights, release };
}

/** A model of logits explains its logit anyway, one of probabilities its probability. */
function explainedOf(explain: ExplainedOutput, { output }: ModelCard): Explained {
  const ofLogits = output.activation === 'logits' || output.activation === 'multi-label-logits';
  if (explain === 'score' || ofLogits === (explain === 'logit')) return 'score';
  return output.activation === 'multi-label-logits' ? 'label-probability' : explain;
}

/** Where no softmax or sigmoid is found at the graph's end, its output is all there is. */
async function refuseSameOutput(classifier: Classifier, explained: Classifier): Promise<void> {
  const shape = [1, ...classifier.inputShape];
  const blank = { shape, data: new Float32Array(shape.reduce((product, extent) => product * extent, 1)) };
  const [own, other] = [await classifier.scores(blank), await explained.scores(blank)];
  if (own.data.some((value, k) => value !== other.data[k])) return;
  throw new PermanentFault(
    'explain: expected a model that ends in a softmax or sigmoid, got one whose end is not recognized as such',
    {
      code: 'no-logit',
      remedy: 'Explain the output of the model (--explain score).',
    },
  );
}

function onlyOwnOutput(explain: ExplainedOutput): PermanentFault {
  return new PermanentFault(`engine tfjs: expected to explain the model's own output, got ${explain}`, {
    code: 'engine-model',
    remedy: 'Use the default engine, or leave --explain out.',
  });
}

export function tfjsFiles({ tfjs }: Pick<Source, 'tfjs'>): TfjsFiles {
  if (!tfjs) {
    throw new PermanentFault('engine tfjs: expected a TF.js or Keras model, got one in ONNX', {
      code: 'engine-model',
      remedy: 'Name a model.json, .h5 or .keras, or use the default engine.',
    });
  }
  return tfjs;
}

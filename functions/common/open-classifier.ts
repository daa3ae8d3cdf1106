/** A model in the engine the user asked for: our gradient graphs in onnxruntime, or TensorFlow.js. */
import { PermanentFault } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { inputShapeOf } from './model-registry.ts';
import { loadTfjsEngine, type TfjsFiles } from './tfjs-engine.ts';

export const engineNames = ['onnxruntime', 'tfjs'] as const;
export type EngineName = (typeof engineNames)[number];

export interface OpenedClassifier {
  readonly classifier: Classifier;
  /** For graphs of a method's own; it carries the name of the engine that ran the model. */
  readonly runner: Runner;
}

interface Source {
  readonly card: ModelCard;
  readonly bytes: Uint8Array;
  readonly tfjs?: TfjsFiles;
}

/** Throws PermanentFault `engine-model` where TensorFlow.js is asked for a model that is not TF.js. */
export async function openClassifier(
  source: Source,
  runner: Runner,
  engine: EngineName = 'onnxruntime',
): Promise<OpenedClassifier> {
  const { card, bytes } = source;
  if (engine === 'onnxruntime') {
    const options = { layout: card.input.layout, inputShape: inputShapeOf(card) };
    return { classifier: await compileClassifier(bytes, runner, options), runner };
  }
  const { open, engine: name } = await loadTfjsEngine();
  // TensorFlow.js computes on the CPU in both its forms here.
  return { classifier: await open(tfjsFiles(source)), runner: { ...runner, engine: name, device: 'cpu' } };
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

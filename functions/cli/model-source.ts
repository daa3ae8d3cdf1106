/**
 * `--model`: a bundled model's name (`phantom`), a folder with a card, a card.json, or a bare .onnx file, a
 * TF.js model.json or a Keras .h5 or .keras, whose card is inferred from the graph and the flags.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import type { ModelCard, OutputActivation } from '../../shared/manifest/model-card.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { type InferredCard, inferCard } from '../common/infer-card.ts';
import { readModelFile } from '../common/read-model-file.ts';
import type { TfjsFiles } from '../common/tfjs-engine.ts';
import { bundledModels, readModelFolder } from '../local/register-models.ts';
import { WrongUse } from './wrong-use.ts';

export interface ModelFlags {
  readonly id?: string;
  readonly classes?: string[];
  readonly multiLabel?: boolean;
  readonly activation?: OutputActivation;
  readonly range?: number[];
  readonly mean?: number[];
  readonly std?: number[];
  readonly resize?: ModelCard['input']['resize'];
  readonly layout?: ModelCard['input']['layout'];
  readonly size?: number[];
  readonly license?: string;
}

export interface ModelSource extends InferredCard {
  /** `flags`: the card was made of the file and the flags; `card`: it lay beside the model. */
  readonly origin: 'flags' | 'card';
  /** ONNX, whatever the model was written in. */
  readonly bytes: Uint8Array;
  /** The model as TF.js reads it, where it is one. */
  readonly tfjs?: TfjsFiles;
}

/** Throws WrongUse where a flag states what a card decides, PermanentFault where there is no such model. */
export async function loadModel(spec: string, runner: Runner, flags: ModelFlags): Promise<ModelSource> {
  const carded = await loadWithCard(spec, flags);
  if (carded) return carded;
  const { bytes, notes, tfjs } = await readModelFile(spec);
  const known = { ...flags, id: flags.id ?? idFrom(spec) };
  const { card, assumptions } = await inferCard(bytes, runner, known);
  return { origin: 'flags', bytes, card, assumptions: [...notes, ...assumptions], ...(tfjs && { tfjs }) };
}

/** A model that has a card; undefined for a bare file. Throws as `loadModel`. */
export async function loadWithCard(spec: string, flags: ModelFlags): Promise<ModelSource | undefined> {
  const info = await stat(spec).catch(() => undefined);
  if (info?.isDirectory()) return fromFolder(spec, flags);
  if (basename(spec) === 'card.json') return fromFolder(dirname(spec), flags);
  if (info) return undefined;
  const bundled = join(bundledModels, spec);
  if (!(/^[a-z0-9-]+$/.test(spec) && (await stat(join(bundled, 'card.json')).catch(() => undefined)))) {
    throw new PermanentFault(
      `model: expected an .onnx, .h5 or .keras file, a model.json, a card.json, a model folder or a bundled model's name, got '${spec}'`,
      { code: 'model-not-found', remedy: 'Try the bundled one: --model phantom.' },
    );
  }
  return fromFolder(bundled, flags);
}

const CARD_FACTS: Readonly<Record<keyof ModelFlags, string>> = {
  id: '--id',
  classes: '--classes',
  multiLabel: '--multi-label',
  activation: '--activation',
  range: '--range',
  mean: '--mean',
  std: '--std',
  resize: '--resize',
  layout: '--layout',
  size: '--size',
  license: '--license',
};

async function fromFolder(folder: string, flags: ModelFlags): Promise<ModelSource> {
  const stated = Object.entries(CARD_FACTS).filter(([key]) => flags[key as keyof ModelFlags] !== undefined);
  if (stated.length > 0) {
    const names = stated.map(([, flag]) => flag).join(', ');
    throw new WrongUse(`${names}: expected a model without a card, got one whose card decides this`);
  }
  return { ...(await readModelFolder(folder)), origin: 'card', assumptions: [] };
}

/** From the file's name; every TF.js model is called model.json, so its folder's name is taken. */
export const idFrom = (path: string): string =>
  (basename(path) === 'model.json' ? basename(dirname(resolve(path))) : basename(path))
    .replace(/\.[^.]+$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63) || 'model';

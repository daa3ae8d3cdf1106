/** `cxai model add`: a card for a model, asked for on a terminal, and `models/<id>/` for `cxai start`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { inputShapeOf } from '../common/model-registry.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { onTerminal } from './ask.ts';
import { askForCard } from './card-questions.ts';
import { loadModel, type ModelFlags } from './model-source.ts';
import type { Output } from './output.ts';
import { probeModel } from './probe-model.ts';
import { warnAboutSamples } from './sample-check.ts';
import { writeModelFolder } from './write-model-folder.ts';

export interface ModelAddFlags extends ModelFlags {
  readonly models: string;
  /** Images to try the preprocessing on. */
  readonly sample?: string[];
  /** Put the model in the place of another one of the same id. */
  readonly replace?: boolean;
  /** Take every default, ask nothing. */
  readonly yes?: boolean;
}

/** Writes `models/<id>/` with the file and its card; `cxai start` takes it up from there. */
export async function modelAddCommand(model: string, flags: ModelAddFlags, output: Output): Promise<void> {
  const runner = createOnnxRuntimeRunner({});
  const detected = await loadModel(model, runner, flags);
  const interactive =
    detected.origin === 'flags' && process.stdin.isTTY && process.stderr.isTTY && !output.json && !flags.yes;
  const answered = interactive ? await onTerminal((ask) => askForCard(detected.card, flags, ask)) : flags;
  const source = answered === flags ? detected : await loadModel(model, runner, answered);
  const { card, bytes, assumptions } = source;
  const folder = join(flags.models, card.id);
  if (!flags.replace) await refuseOther(folder, card);
  const options = { layout: card.input.layout, inputShape: inputShapeOf(card) };
  const classifier = await compileClassifier(bytes, runner, options);
  const warnings = [
    ...(await probeModel(card, classifier)),
    ...(await warnAboutSamples(flags.sample ?? [], card, classifier)),
  ];
  await classifier.release();
  await writeModelFolder(folder, source);
  for (const assumption of assumptions) output.note(`assumed: ${assumption}`);
  for (const warning of warnings) output.note(`! ${warning}`);
  output.result(
    `✓ ${folder}/card.json written: check it, then \`npm start\` takes files in ./drop/${card.id}/`,
    { folder, card, assumptions, warnings },
  );
}

/** Throws PermanentFault `model-registered` where the folder's card is of another model file. */
async function refuseOther(folder: string, { id, digest }: ModelCard): Promise<void> {
  const text = await readFile(join(folder, 'card.json'), 'utf8').catch(() => undefined);
  if (text === undefined || digestIn(text) === digest) return;
  throw new PermanentFault(
    `model add: expected an id without a model, or its own, got ${id}, which another has`,
    {
      code: 'model-registered',
      remedy: 'Choose another --id, or put this one in its place: --replace.',
    },
  );
}

/** Undefined of what is no card. */
function digestIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { digest?: unknown } | null)?.digest;
  } catch {
    return undefined;
  }
}

/** `cxai model add`: a card for a model, asked for on a terminal, and `models/<id>/` for `cxai start`. */
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { inputShapeOf } from '../common/model-registry.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { type Ask, askForCard } from './card-questions.ts';
import { loadModel, type ModelFlags } from './model-source.ts';
import type { Output } from './output.ts';
import { warnAboutSamples } from './sample-check.ts';
import { writeModelFolder } from './write-model-folder.ts';

export interface ModelAddFlags extends ModelFlags {
  readonly models: string;
  /** Images to try the preprocessing on. */
  readonly sample?: string[];
  /** Take every default, ask nothing. */
  readonly yes?: boolean;
}

/** Writes `models/<id>/` with the file and its card; `cxai start` takes it up from there. */
export async function modelAddCommand(model: string, flags: ModelAddFlags, output: Output): Promise<void> {
  const runner = createOnnxRuntimeRunner({});
  const detected = await loadModel(model, runner, flags);
  const interactive = process.stdin.isTTY && process.stderr.isTTY && !output.json && !flags.yes;
  const answered = interactive ? await onTerminal((ask) => askForCard(detected.card, flags, ask)) : flags;
  const source = answered === flags ? detected : await loadModel(model, runner, answered);
  const { card, bytes, assumptions } = source;
  const options = { layout: card.input.layout, inputShape: inputShapeOf(card) };
  const classifier = await compileClassifier(bytes, runner, options);
  const warnings = await warnAboutSamples(flags.sample ?? [], card, classifier);
  await classifier.release();
  const folder = join(flags.models, card.id);
  await writeModelFolder(folder, source);
  for (const assumption of assumptions) output.note(`assumed: ${assumption}`);
  for (const warning of warnings) output.note(`! ${warning}`);
  output.result(
    `✓ ${folder}/card.json written: check it, then \`npm start\` takes files in ./drop/${card.id}/`,
    { folder, card, assumptions, warnings },
  );
}

/** Questions go to standard error, so that standard output holds the result alone. */
async function onTerminal<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await work((text) => terminal.question(text));
  } finally {
    terminal.close();
  }
}

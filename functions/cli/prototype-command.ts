/** `cxai prototype`: the image that a model finds most typical of a class, by activation maximization. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  classPrototype,
  type PrototypeOptions,
  prototypeOptionsSchema,
} from '../../shared/attribution/class-prototype.ts';
import type { ExplainedOutput } from '../../shared/manifest/plan.ts';
import { toGrayLevels } from '../../shared/pipeline/gray-level-input.ts';
import { probabilities } from '../../shared/pipeline/probabilities.ts';
import { writeNpy } from '../../shared/tensor/npy.ts';
import { encodePng } from '../common/encode-png.ts';
import { openClassifier } from '../common/open-classifier.ts';
import { jsonObject } from './method-flags.ts';
import { loadModel, type ModelFlags } from './model-source.ts';
import type { Output } from './output.ts';
import { type RunnerFlags, runnerOf } from './runner-flags.ts';
import { targetsOf } from './target-flag.ts';
import { WrongUse } from './wrong-use.ts';

export interface PrototypeFlags extends ModelFlags, RunnerFlags {
  readonly model: string;
  readonly target: string[];
  readonly options?: string;
  /** What rises: the logit is not saturated where the probability is. */
  readonly explain: ExplainedOutput;
  readonly out: string;
  readonly seed: number;
}

/** `<class>.png`, `<class>.npy` (model units) and `<class>.json` in the folder `out`. */
export async function prototypeCommand(flags: PrototypeFlags, output: Output): Promise<void> {
  const options = optionsOf(flags);
  const graphs = await runnerOf(flags);
  const source = await loadModel(flags.model, graphs, flags);
  for (const assumption of source.assumptions) output.note(`assumed: ${assumption}`);
  const { card } = source;
  const { classes, activation } = card.output;
  const targets = targetsOf(flags.target, card) ?? [];
  if (targets.includes('predicted')) {
    throw new WrongUse("--target: expected classes by name or index, got 'predicted' (there is no image)");
  }
  const opened = await openClassifier(source, graphs, { explain: flags.explain });
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  await mkdir(flags.out, { recursive: true });
  for (const name of targets) {
    const target = classes.indexOf(name);
    const progress = output.progress(name);
    const watch = { signal: interrupt.signal, onProgress: progress.set };
    const context = { ...watch, target, preprocessing: card.input };
    const found = await classPrototype(opened.explained, context, options);
    progress.done();
    const { image, scores, score, startScore, gradients } = found;
    const batch = { shape: [1, ...image.shape], data: image.data };
    const probability = probabilities([...(await opened.classifier.scores(batch)).data], activation)[target]!;
    const file = join(flags.out, `${target}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`);
    const { channels, ...picture } = toGrayLevels(image, card.input);
    const data = new Uint8ClampedArray(picture.data);
    await writeFile(`${file}.png`, await encodePng({ ...picture, channels: channels === 1 ? 1 : 3, data }));
    await writeFile(`${file}.npy`, writeNpy(image));
    const { explain } = flags;
    const facts = {
      class: name,
      target,
      explain,
      score,
      startScore,
      probability,
      gradients,
      options,
      scores,
    };
    await writeFile(`${file}.json`, `${JSON.stringify(facts, null, 2)}\n`);
    output.result(
      `✓ ${name}   ${startScore.toFixed(2)} (grey) → ${score.toFixed(2)}, ${(100 * probability).toFixed(1)} %   → ${file}.png`,
      { ...facts, file: `${file}.png` },
    );
  }
  await opened.release();
}

function optionsOf(flags: PrototypeFlags): PrototypeOptions {
  const given = flags.options === undefined ? {} : jsonObject(flags.options, '--options');
  const parsed = prototypeOptionsSchema.safeParse({ seed: flags.seed, ...given });
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
  throw new WrongUse(`--options: ${where.trim()}`);
}

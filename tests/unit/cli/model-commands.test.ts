/** `cxai model check` and `model add`: what a model makes of plain images, and models that stand in each other's way. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelAddCommand } from '../../../functions/cli/model-add-command.ts';
import { loadModel } from '../../../functions/cli/model-source.ts';
import { probeModel } from '../../../functions/cli/probe-model.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { smallCnn } from '../engine/test-models.ts';
import { silent } from './silent.ts';

let folder: string;
let card: ModelCard;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-models-'));
  await writeFile(at('first.onnx'), smallCnn([1, 12, 10]));
  await writeFile(at('second.onnx'), smallCnn([1, 12, 10], 'Softmax'));
  ({ card } = await loadModel(at('first.onnx'), createOnnxRuntimeRunner({ threads: 1 }), {}));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Three classes by the level of the image. */
const scoring = (of: (level: number) => readonly number[], slope = 1): Classifier => ({
  inputShape: [1, 12, 10],
  layout: 'NCHW',
  classCount: 3,
  scores: () => Promise.reject(new Error('not asked for')),
  gradient: async ({ shape, data }) => ({
    scores: { shape: [shape[0]!, 3], data: Float32Array.from([0, 1, 2].flatMap((n) => of(data[n * 120]!))) },
    gradient: { shape, data: new Float32Array(data.length).fill(slope) },
  }),
  release: async () => {},
});

describe('a black, a mid-grey and a white image', () => {
  it.each<[string, (level: number) => readonly number[], number, string[]]>([
    ['scored apart say nothing', (x) => [x, -x, 2], 1, []],
    ['scored alike are warned of', () => [1, 2, 3], 1, ['score alike']],
    ['without any gradient are warned of', (x) => [x, -x, 2], 0, ['gradients of all three are zero']],
    [
      'scored NaN once are warned of',
      (x) => [x === 0 ? Number.NaN : x, 0, 2],
      1,
      ['of a black image are not finite'],
    ],
    ['whose logits add up to 1 are warned of', (x) => [x / 2, 1 - x, x / 2], 1, ['add up to 1']],
  ])('%s', async (_, of, slope, warnings) => {
    const found = await probeModel(card, scoring(of, slope));
    expect(found).toHaveLength(warnings.length);
    warnings.forEach((warning, index) => {
      expect(found[index]).toContain(warning);
    });
  });

  it('scored NaN each time are refused', async () => {
    const broken = scoring(() => [Number.NaN, 0, 0]);
    await expect(probeModel(card, broken)).rejects.toMatchObject({ code: 'scores-not-finite' });
  });
});

describe('a registered model', () => {
  it('is replaced by another file on demand alone', async () => {
    const add = (file: string, replace = false) =>
      modelAddCommand(at(file), { id: 'net', models: at('models'), replace, yes: true }, silent);
    const registered = async () => JSON.parse(await readFile(at('models/net/card.json'), 'utf8')).digest;
    await add('first.onnx');
    await add('first.onnx');
    await expect(add('second.onnx')).rejects.toMatchObject({ code: 'model-registered' });
    expect(await registered()).toBe(card.digest);
    await add('second.onnx', true);
    expect(await registered()).not.toBe(card.digest);
  });
});

/** What is explained (output, probability, logit), several classes at once, multi-label and single-logit models. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { explainImage } from '../../../functions/common/explain-image.ts';
import { inferCard } from '../../../functions/common/infer-card.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { openClassifier } from '../../../functions/common/open-classifier.ts';
import { explainedManifestSchema } from '../../../shared/manifest/manifest.ts';
import type { ExplainedOutput } from '../../../shared/manifest/plan.ts';
import { randomizedModels } from '../../../shared/pipeline/check-randomization.ts';
import { planMethods } from '../../../shared/pipeline/plan-methods.ts';
import { smallCnn } from '../engine/test-models.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });
const SHAPE: [number, number, number] = [1, 24, 20];
const pixels = Uint8Array.from({ length: 480 }, (_, i) => 128 + 100 * Math.sin(i * 0.7));
const picture = async () =>
  new Uint8Array(
    await sharp(pixels, { raw: { width: 20, height: 24, channels: 1 } })
      .png()
      .toBuffer(),
  );
const provenance = {
  software: 'test',
  commit: '0',
  seed: 0,
  traceId: '0',
  createdAt: '2026-11-23T00:00:00.000Z',
};

const options: Readonly<Record<string, object>> = {
  'integrated-gradients': { quadrature: 'adaptive', tolerance: 1e-4 },
  'guided-ig': { steps: 5 },
};

type Activation = 'Softmax' | 'Sigmoid' | undefined;

async function explain(
  activation: Activation,
  units: number,
  {
    explain: output = 'score' as ExplainedOutput,
    targets = undefined as string[] | undefined,
    full = false,
    multiLabel = false,
  } = {},
) {
  const bytes = smallCnn(SHAPE, activation, units);
  const { card } = await inferCard(bytes, runner, {
    id: 'small',
    range: [0, 1],
    resize: 'stretch',
    multiLabel,
  });
  const opened = await openClassifier({ card, bytes }, runner, { explain: output });
  const names = ['gradients', 'integrated-gradients', 'grad-cam', 'guided-ig'];
  const requests = names.map((method) => ({ method, options: { ...options[method] } }));
  const rule = { gpu: false, gpuAbove: 0 };
  const randomized = full ? randomizedModels(bytes, opened.openWeights, 0) : undefined;
  const found = await explainImage(await picture(), {
    card,
    ...opened,
    explain: output,
    methods: planMethods(requests, { seed: 0, forwardFlops: 0, rule }),
    metrics: full ? 'full' : 'quick',
    targets,
    randomized,
    provenance,
  });
  await Promise.all([opened.release(), randomized?.release()]);
  for (const { manifest } of found) expect(explainedManifestSchema.parse(manifest).status).toBe('complete');
  return found;
}

const gradientOf = ([explained]: Awaited<ReturnType<typeof explain>>) =>
  explained!.runs.get('gradients')!.map.data;

test('a single logit is explained as it is, or as its sigmoid', async () => {
  const logit = await explain(undefined, 1);
  const probability = await explain(undefined, 1, { explain: 'probability' });
  const p = probability[0]!.manifest.probabilities[0]!;
  expect(p).toBeGreaterThan(0);
  expect(p).toBeLessThan(1);
  expect(probability[0]!.manifest).toMatchObject({
    scores: logit[0]!.manifest.scores,
    explain: 'probability',
  });
  expect(logit[0]!.manifest.runId).not.toBe(probability[0]!.manifest.runId);
  const slope = gradientOf(logit);
  gradientOf(probability).forEach((value, i) => {
    expect(value).toBeCloseTo(p * (1 - p) * slope[i]!, 6);
  });
});

test('the probability of one of several logits is its softmax, and completeness is in its unit', async () => {
  const [found] = await explain(undefined, 3, { explain: 'probability' });
  const ig = found!.manifest.methods[1]!;
  expect(ig).toMatchObject({ method: 'integrated-gradients', status: 'complete' });
  const { completeness } = ig as Extract<typeof ig, { status: 'complete' }>;
  expect(Math.abs(completeness!.expected)).toBeLessThan(1);
  expect(completeness!.gap).toBeLessThanOrEqual(1e-4);
});

test('the logit of a multi-label model is what enters its sigmoid', async () => {
  const targets = ['class 1'];
  const probability = await explain('Sigmoid', 3, { targets });
  const logit = await explain('Sigmoid', 3, { targets, explain: 'logit' });
  const p = probability[0]!.manifest.probabilities[1]!;
  expect(logit[0]!.manifest.probabilities[1]).toBe(p);
  const slope = gradientOf(logit);
  gradientOf(probability).forEach((value, i) => {
    expect(value).toBeCloseTo(p * (1 - p) * slope[i]!, 6);
  });
  // Its own output is the probability: asking for it changes nothing but the label.
  const asked = await explain('Sigmoid', 3, { targets, explain: 'probability' });
  expect(gradientOf(asked)).toEqual(gradientOf(probability));
});

test('the probability of a label that excludes no other is the sigmoid of its own logit', async () => {
  const settings = { targets: ['class 1'], multiLabel: true };
  const logit = await explain(undefined, 3, settings);
  const probability = await explain(undefined, 3, { ...settings, explain: 'probability' });
  const { scores, probabilities, model } = probability[0]!.manifest;
  expect(model.activation).toBe('multi-label-logits');
  probabilities.forEach((p, k) => {
    expect(p).toBeCloseTo(1 / (1 + Math.exp(-scores[k]!)), 6);
  });
  const p = probabilities[1]!;
  const slope = gradientOf(logit);
  gradientOf(probability).forEach((value, i) => {
    expect(value).toBeCloseTo(p * (1 - p) * slope[i]!, 6);
  });
});

test('several classes in one pass give what each gives alone', async () => {
  const classes = ['class 0', 'class 2'];
  const together = await explain('Sigmoid', 3, { targets: classes });
  expect(together.map(({ manifest }) => manifest.target.name)).toEqual(classes);
  for (const [index, name] of classes.entries()) {
    const [alone] = await explain('Sigmoid', 3, { targets: [name] });
    const { runs, manifest } = together[index]!;
    expect(manifest.runId).toBe(alone!.manifest.runId);
    expect(manifest.agreement).toEqual(alone!.manifest.agreement);
    expect(manifest.agreement).toHaveLength(6);
    for (const [method, { map }] of alone!.runs) {
      map.data.forEach((value, i) => {
        expect(runs.get(method)!.map.data[i]).toBeCloseTo(value, 6);
      });
    }
  }
});

test('level full records the weight-randomization check with its control', async () => {
  const [found] = await explain('Softmax', 3, { full: true });
  for (const result of found!.manifest.methods) {
    const { randomization } = (result as Extract<typeof result, { status: 'complete' }>).metrics;
    if (randomization?.kind === 'skipped') {
      expect(randomization.reason).toContain('constant');
      continue;
    }
    expect(randomization).toMatchObject({ kind: 'checked', control: { pairs: 40 } });
    expect(randomization!.stages.map(({ layers }) => layers)).toEqual([1, 2, 3]);
    const last = randomization!.stages.at(-1)!.similarity;
    expect(randomization!.passed).toBe(last < randomization!.control.threshold);
  }
});

test('a logit is refused where a model of probabilities holds none', async () => {
  const bytes = smallCnn(SHAPE, undefined, 3);
  const { card } = await inferCard(bytes, runner, { id: 'small' });
  const claimed = { ...card, output: { ...card.output, activation: 'softmax' as const } };
  await expect(openClassifier({ card: claimed, bytes }, runner, { explain: 'logit' })).rejects.toThrow(
    'expected a model that ends in a softmax or sigmoid, got one whose end is not recognized as such',
  );
});

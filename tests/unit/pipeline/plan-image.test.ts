import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SourceImage } from '../../../shared/imaging/source-image.ts';
import { modelCardSchema } from '../../../shared/manifest/model-card.ts';
import { planImage } from '../../../shared/pipeline/plan-image.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';

const file = new URL('../../../shared/models/phantom/card.json', import.meta.url);
const card = modelCardSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const image: SourceImage = {
  width: 8,
  height: 8,
  channels: 1,
  bitDepth: 16,
  data: new Uint16Array(64).fill(1000),
  format: 'png',
  spacing: null,
  warnings: ['as it came'],
};
const classifier = {
  scores: async () => ({ shape: [1, 2], data: new Float32Array([0, 1]) }),
} as unknown as Classifier;

test('a window that was guessed is warned of, one that was stated is taken', async () => {
  const request = {
    runId: '0'.repeat(32),
    pixelDigest: `sha256:${'0'.repeat(64)}`,
    card,
    methods: [],
    metrics: 'none' as const,
    provenance: { software: '', commit: '', seed: 0, traceId: '', createdAt: '' },
  };
  const guessed = await planImage(image, classifier, request);
  expect(guessed.plan.source.window).toEqual([0, 1023]);
  expect(guessed.plan.warnings).toEqual(['as it came', expect.stringContaining('to 1023 (white)')]);
  const stated = await planImage(image, classifier, { ...request, bits: 12 });
  expect(stated.plan.source.window).toEqual([0, 4095]);
  expect(stated.plan.warnings).toEqual(['as it came']);
});

import { describe, expect, it } from 'vitest';
import { manifestSchema } from '../../../shared/manifest/manifest.ts';
import type { MethodResult } from '../../../shared/manifest/method-result.ts';
import { runEntrySchema } from '../../../shared/manifest/run-index.ts';
import { explainedManifest, rejectedManifest, runEntry } from '../../../shared/pipeline/build-manifest.ts';
import { failedResult, succeededResult } from '../../../shared/pipeline/run-method.ts';
import type { Runner } from '../../../shared/runtime/runner.ts';
import { examplePlan } from './example-plan.ts';

const runId = 'b'.repeat(32);
const time = '2030-01-01T00:00:00.000Z';
const plan = examplePlan({
  runId,
  scores: [0, Math.log(3)],
  methods: [
    { method: 'gradients', options: {}, lane: 'cpu' },
    { method: 'smoothgrad', options: { samples: 4 }, lane: 'cpu' },
  ],
});
const card = {
  name: 'Phantom',
  intendedUse: 'demonstration',
  output: { activation: 'logits' as const, classes: ['no lesion', 'lesion'], defaultTarget: 'predicted' },
};
const fault = { code: 'x', message: 'm', remedy: null, permanent: true };
const failed = (method: string): MethodResult => failedResult(plan, method, fault, 2);
const runner = { engine: 'e', device: 'cpu' } as Runner;
const succeeded = (method: string): MethodResult =>
  succeededResult(
    plan,
    method,
    {
      map: { shape: [1, 2], data: Float32Array.of(-1, 1) },
      signed: true,
      unit: 'score',
      attribution: {
        map: { shape: [1, 2], data: Float32Array.of(-1, 1) },
        gradients: 1,
        forwards: 0,
        batchSize: 8,
      },
    },
    { attempts: 1, milliseconds: 1, runner, metrics: {} },
  );

describe('a manifest', () => {
  it.each([
    ['complete', [succeeded('gradients'), succeeded('smoothgrad')]],
    ['partial', [succeeded('gradients'), failed('smoothgrad')]],
    ['failed', [failed('gradients'), failed('smoothgrad')]],
  ])('is %s by its methods', (status, results) => {
    expect(explainedManifest(plan, card, results, time).status).toBe(status);
  });

  it('passes its own schema and gives probabilities for logits', () => {
    const manifest = explainedManifest(plan, card, [failed('gradients'), failed('smoothgrad')], time);
    expect(manifestSchema.parse(manifest)).toEqual(manifest);
    expect(manifest.probabilities[1]).toBeCloseTo(0.75, 12);
  });

  it('becomes an index entry that names the failed methods', () => {
    const manifest = explainedManifest(plan, card, [succeeded('gradients'), failed('smoothgrad')], time);
    const entry = runEntry(manifest);
    expect(runEntrySchema.parse(entry)).toEqual(entry);
    expect(entry).toMatchObject({ failedMethods: ['smoothgrad'], methods: 2, target: 'lesion' });
  });

  it('of a rejected file says why, in the index too', () => {
    const manifest = rejectedManifest(runId, null, { ...fault, message: 'an empty file' }, plan.provenance);
    expect(manifestSchema.parse(manifest)).toEqual(manifest);
    expect(runEntry(manifest)).toMatchObject({ status: 'rejected', error: 'an empty file', modelId: null });
  });
});

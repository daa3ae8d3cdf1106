import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import { runIdSchema } from '../../../shared/manifest/plan.ts';
import { canonicalJson } from '../../../shared/pipeline/canonical-json.ts';
import { digestOf, keyedReference, shortDigest } from '../../../shared/pipeline/digest.ts';
import { runIdOf } from '../../../shared/pipeline/run-id.ts';

const card = {
  digest: `sha256:${'a'.repeat(64)}`,
  input: {
    layout: 'NCHW',
    channels: 1,
    height: 8,
    width: 8,
    range: [0, 1],
    mean: [0],
    std: [1],
    resize: 'stretch',
  },
  output: { activation: 'logits', classes: ['no', 'yes'], defaultTarget: 'predicted' },
} as unknown as ModelCard;
const methods = [{ method: 'gradients', options: {}, lane: 'cpu' as const }];
const plain = { seed: 0, metrics: 'quick' as const };
const pixels = `sha256:${'b'.repeat(64)}`;

describe('a run id', () => {
  const runId = runIdOf(pixels, card, methods, plain);

  it('is 32 hex digits and the same every time', () => {
    expect(runIdSchema.parse(runId)).toBe(runIdOf(pixels, card, methods, plain));
  });

  it('changes with the pixels, the model, its preprocessing, the options, the seed and the metrics', () => {
    const others = [
      runIdOf(`sha256:${'c'.repeat(64)}`, card, methods, plain),
      runIdOf(pixels, { ...card, digest: pixels }, methods, plain),
      runIdOf(pixels, { ...card, input: { ...card.input, range: [0, 255] } }, methods, plain),
      runIdOf(pixels, card, [{ ...methods[0]!, options: { steps: 5 } }], plain),
      runIdOf(pixels, card, methods, { ...plain, seed: 1 }),
      runIdOf(pixels, card, methods, { ...plain, metrics: 'full' }),
    ];
    expect(new Set([runId, ...others]).size).toBe(7);
  });

  it('does not change with the lane: where a method runs is not what it computes', () => {
    expect(runIdOf(pixels, card, [{ ...methods[0]!, lane: 'gpu' }], plain)).toBe(runId);
  });
});

describe('digests agree with the platform’s own', () => {
  const bytes = new TextEncoder().encode('some pixels');
  it('SHA-256', () => {
    expect(digestOf(bytes)).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    expect(shortDigest('x')).toBe(createHash('sha256').update('x').digest('hex').slice(0, 32));
  });
  it('HMAC-SHA-256', () => {
    const key = '00'.repeat(32);
    const expected = createHmac('sha256', Buffer.from(key, 'hex')).update('x').digest('hex').slice(0, 32);
    expect(keyedReference(key, 'x')).toBe(expected);
  });
});

describe('canonical JSON', () => {
  it('sorts keys at every depth, keeps array order and drops undefined members', () => {
    expect(canonicalJson({ b: [2, { d: 1, c: null }], a: 'x', e: undefined })).toBe(
      '{"a":"x","b":[2,{"c":null,"d":1}]}',
    );
  });
});

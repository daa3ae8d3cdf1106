import { describe, expect, it } from 'vitest';
import { askForCard } from '../../../functions/cli/card-questions.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';

const card: ModelCard = {
  schema: 'cxai.model-card/1',
  id: 'net',
  name: 'net',
  version: '1',
  digest: `sha256:${'0'.repeat(64)}`,
  file: 'model.onnx',
  input: {
    layout: 'NCHW',
    channels: 3,
    height: 8,
    width: 8,
    range: [0, 1],
    mean: [0],
    std: [1],
    resize: 'stretch',
  },
  output: { activation: 'softmax', classes: ['class 0', 'class 1'], defaultTarget: 'predicted' },
  license: 'unknown',
  intendedUse: 'Research.',
  limitations: '',
  trainingData: '',
  figures: {},
};

function answering(answers: readonly string[]): { ask: (text: string) => Promise<string>; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async ask(text) {
      asked.push(text);
      return answers[asked.length - 1] ?? '';
    },
  };
}

describe('questions for a model card', () => {
  it('offers what was detected and keeps flags unasked', async () => {
    const { ask, asked } = answering([]);
    const flags = { range: [0, 255], license: 'MIT' };
    expect(await askForCard(card, flags, ask)).toEqual(flags);
    expect(asked[0]).toContain('[net]');
    expect(asked.join()).toContain('[class 0,class 1]');
    expect(asked.join()).not.toMatch(/black and a white|licence/);
  });

  it('asks again, with the reason, where an answer cannot be', async () => {
    const { ask, asked } = answering(['brain', 'one', 'no,yes', '', '0.5,0.5', '0.5', '', 'squash', 'pad']);
    expect(await askForCard(card, {}, ask)).toEqual({
      id: 'brain',
      classes: ['no', 'yes'],
      mean: [0.5],
      resize: 'pad',
    });
    expect(asked[2]).toContain('expected 2 names, got 1');
    expect(asked[5]).toContain('expected 1 or 3 numbers, got 2');
    expect(asked[8]).toContain("got 'squash'");
  });
});

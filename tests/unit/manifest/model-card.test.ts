import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { modelCardSchema } from '../../../shared/manifest/model-card.ts';

const file = new URL('../../../shared/models/phantom/card.json', import.meta.url);
const card = modelCardSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

const rgb = { ...card.input, channels: 3 as const };

it.each<[string, object, string]>([
  ['a range of one value', { input: { ...card.input, range: [1, 1] } }, 'expected two numbers that differ'],
  ['two means for three channels', { input: { ...rgb, mean: [0, 0] } }, 'expected 1 number or 3'],
  [
    'three deviations for one channel',
    { input: { ...card.input, std: [1, 1, 1] } },
    'expected 1 number, got 3',
  ],
  [
    'a class named twice',
    { output: { ...card.output, classes: ['a', 'b', 'a', 'c'] } },
    'expected names that differ, got a more than once',
  ],
])('%s is refused with words', (_, change, reason) => {
  const parsed = modelCardSchema.safeParse({ ...card, ...change });
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(reason);
});

it('one value of mean and deviation, or one for each channel, is taken', () => {
  for (const mean of [[0.5], [0.4, 0.5, 0.6]]) {
    expect(modelCardSchema.safeParse({ ...card, input: { ...rgb, mean, std: mean } }).success).toBe(true);
  }
});

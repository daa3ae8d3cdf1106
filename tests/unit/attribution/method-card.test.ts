import { expect, test } from 'vitest';
import { methodCard } from '../../../shared/attribution/method-card.ts';
import { methodNamed, methods, parseOptions } from '../../../shared/attribution/registry.ts';

test.each(methods)('the card of $name says all a reader needs', (method) => {
  const card = methodCard(method);
  expect(card.formula.length).toBeGreaterThan(3);
  expect(card.meaning.length).toBeGreaterThan(20);
  expect(card.weaknesses.length).toBeGreaterThan(0);
  expect(card.citation).toMatch(/\d{4}/);
  expect(card.cost.gradients + card.cost.forwards).toBeGreaterThan(0);
  const defaults = parseOptions(method, {}) as Record<string, unknown>;
  expect(card.parameters.map(({ name }) => name).sort()).toEqual(Object.keys(defaults).sort());
  for (const { description, types, name, default: value } of card.parameters) {
    expect(description.length).toBeGreaterThan(5);
    expect(types.length).toBeGreaterThan(0);
    if (name !== 'ofOptions' && name !== 'baselines') expect(defaults[name]).toEqual(value);
  }
  expect(JSON.parse(JSON.stringify(card))).toEqual(card);
});

test.each(methods.filter(({ reference }) => reference))(
  'the reference options of $name are options of it',
  (method) => {
    const { reference } = methodCard(method);
    expect(parseOptions(method, reference)).toMatchObject(reference!);
  },
);

test('methods held against the golden arrays have reference options', () => {
  const named = methods.filter(({ reference }) => reference).map(({ name }) => name);
  expect(named.sort()).toEqual([
    'blur-ig',
    'gradients',
    'guided-ig',
    'integrated-gradients',
    'occlusion',
    'smoothgrad',
    'xrai',
  ]);
});

test('occlusion takes every fourth window unless the reference is asked for', () => {
  const occlusion = methodNamed('occlusion');
  expect(occlusion.cost(parseOptions(occlusion, {})).forwards).toBe(2917);
  expect(occlusion.cost(parseOptions(occlusion, occlusion.reference)).forwards).toBe(44_101);
});

test('ranges, choices and several types come from the schema', () => {
  const { parameters } = methodCard(methodNamed('blur-ig'));
  expect(parameters).toContainEqual(
    expect.objectContaining({
      name: 'maxSigma',
      types: ['number'],
      default: 50,
      least: 0,
      leastExcluded: true,
      most: 1000,
    }),
  );
  expect(parameters.find(({ name }) => name === 'spacing')?.choices).toEqual(['linear', 'sqrt']);
  const baseline = methodCard(methodNamed('guided-ig')).parameters.find(({ name }) => name === 'baseline');
  expect(baseline?.types).toEqual(['number', 'string', 'array']);
  const seed = methodCard(methodNamed('rise')).parameters.find(({ name }) => name === 'seed');
  expect(seed).not.toHaveProperty('least');
});

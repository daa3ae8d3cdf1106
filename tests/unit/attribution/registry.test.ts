import { expect, test } from 'vitest';
import { methodNamed, methods, parseOptions } from '../../../shared/attribution/registry.ts';

test('names are unique and found again', () => {
  expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length);
  for (const method of methods) expect(methodNamed(method.name)).toBe(method);
});

test('an unknown name is refused with the list of names', () => {
  expect(() => methodNamed('lrp')).toThrow(
    /attribution: expected one of gradients, .*integrated-gradients.*got lrp/,
  );
});

test.each(methods)('default options of $name survive JSON and parse to themselves', (method) => {
  const defaults = parseOptions(method, {});
  expect(parseOptions(method, JSON.parse(JSON.stringify(defaults)))).toEqual(defaults);
});

test('a wrong option is refused with its name, the expectation and the value', () => {
  expect(() => parseOptions(methodNamed('integrated-gradients'), { steps: 'many' })).toThrow(
    /steps: .*expected number.*\(got "many"\)/,
  );
});

test('an option that does not exist is refused by name', () => {
  expect(() => parseOptions(methodNamed('gradients'), { stepz: 3 })).toThrow(/stepz/);
});

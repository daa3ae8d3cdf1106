import { describe, expect, it } from 'vitest';
import { type Search, searchSchema, studySpecSchema } from '../../../shared/manifest/study.ts';
import { expandSearch } from '../../../shared/study/expand-search.ts';
import { planStudy } from '../../../shared/study/plan-study.ts';

const expand = (search: object) => expandSearch(searchSchema.parse(search) satisfies Search);
const digest = `sha256:${'0'.repeat(64)}`;
const spec = (changes: object = {}) =>
  studySpecSchema.parse({
    schema: 'cxai.study/1',
    id: 'small',
    data: { folder: 'images', classes: { no: ['no'], yes: ['yes'] } },
    search: { kind: 'grid', over: { blocks: [3, 5] } },
    seeds: [1, 2],
    ...changes,
  });

describe('expandSearch', () => {
  it('makes every combination of a grid once', () => {
    const grid = { blocks: [3, 5, 7], batch: [16, 32, 64, 128], learningRate: [1e-2, 1e-3, 1e-4] };
    const all = expand({ kind: 'grid', over: grid, fixed: { filters: 8 } });
    expect(all).toHaveLength(36);
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(36);
    expect(all[0]).toMatchObject({ blocks: 3, batch: 16, learningRate: 1e-2, filters: 8, dense: 128 });
    expect(expand({ kind: 'list', configurations: [{ blocks: 3 }, { blocks: 3 }] })).toHaveLength(1);
  });

  it('draws the same configurations for a seed, inside the intervals', () => {
    const random = {
      kind: 'random',
      count: 40,
      seed: 7,
      over: {
        blocks: { low: 2, high: 4, scale: 'integer' },
        learningRate: { low: 1e-4, high: 1e-2, scale: 'log' },
        dropout: { low: 0, high: 0.5 },
        activation: ['relu', 'elu'],
      },
    };
    const drawn = expand(random);
    expect(expand(random)).toEqual(drawn);
    expect(expand({ ...random, seed: 8 })).not.toEqual(drawn);
    expect(new Set(drawn.map(({ blocks }) => blocks))).toEqual(new Set([2, 3, 4]));
    const rates = drawn.map(({ learningRate }) => learningRate);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
    expect(rates.filter((rate) => rate < 1e-3).length).toBeGreaterThan(10);
  });

  it('names the value that does not fit', () => {
    expect(() => expand({ kind: 'grid', over: { blocks: [3, 0] } })).toThrow(/blocks/);
  });
});

describe('planStudy', () => {
  it('asks for two classes or more', () => {
    const one = () => spec({ data: { folder: 'images', classes: { no: ['no'] } } });
    expect(one).toThrow('expected 2 classes or more');
  });

  it('gives every configuration and seed a key that only its own facts decide', () => {
    const plan = planStudy(spec(), { digest });
    expect(plan.jobs).toHaveLength(4);
    expect(new Set(plan.jobs.map(({ key }) => key)).size).toBe(4);
    const more = planStudy(spec({ id: 'renamed', seeds: [2, 1, 3] }), { digest });
    expect(more.jobs.map(({ key }) => key)).toEqual(expect.arrayContaining(plan.jobs.map(({ key }) => key)));
    const longer = planStudy(spec({ training: { epochs: 13 } }), { digest });
    const other = planStudy(spec(), { digest: digest.replace('0', '1') });
    for (const { key } of [...longer.jobs, ...other.jobs]) {
      expect(plan.jobs.map((each) => each.key)).not.toContain(key);
    }
  });
});

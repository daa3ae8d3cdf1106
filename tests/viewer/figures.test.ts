import { describe, expect, it } from 'vitest';
import { methods } from '../../shared/attribution/registry.ts';
import {
  count,
  duration,
  figure,
  hundredths,
  inWords,
  percent,
  timeAgo,
} from '../../viewer/src/lib/figures.ts';
import { byMethodOrder, methodTitle, titledMethods } from '../../viewer/src/lib/method-titles.ts';

describe('figures', () => {
  it('have three digits, a true minus sign, and powers of ten where long; whole numbers stay whole', () => {
    expect([0.012345, -1.5, -0.000042, 123456.5, 2e12, Number.NaN].map(figure)).toEqual([
      '0.0123',
      '−1.5',
      '−4.2e−5',
      '1.2e5',
      '2.0e12',
      '–',
    ]);
    expect([0, 999, 1840, -65535, 310_000_000].map(figure)).toEqual([
      '0',
      '999',
      '1,840',
      '−65,535',
      '310,000,000',
    ]);
  });

  it('with two digits have a true minus sign, and none before nothing', () => {
    expect([0.551, -0.2, -0.004, 0].map(hundredths)).toEqual(['0.55', '−0.20', '0.00', '0.00']);
  });

  it('never round a probability to certainty', () => {
    expect([0, 0.0004, 0.873, 0.99999, 1].map(percent)).toEqual([
      '0.0 %',
      '< 0.1 %',
      '87.3 %',
      '> 99.9 %',
      '100.0 %',
    ]);
  });

  it('say durations, ages and counts as people do', () => {
    expect([8.2, 1400, 125_000].map(duration)).toEqual(['8 ms', '1.4 s', '2 min 5 s']);
    expect([10e3, 12 * 60e3, 3 * 3600e3].map((age) => timeAgo(1e12, 1e12 + age))).toEqual([
      'just now',
      '12 min ago',
      '3 h ago',
    ]);
    expect([count(1, 'run'), count(1024, 'run')]).toEqual(['1 run', '1,024 runs']);
  });
});

describe('inWords', () => {
  it('turns names in code into words', () => {
    expect(['testAccuracy', 'area under curve', 'hit_rate'].map(inWords)).toEqual([
      'Test accuracy',
      'Area under curve',
      'Hit rate',
    ]);
  });
});

describe('method titles', () => {
  it('are the known ones, or the name in words', () => {
    expect([methodTitle('guided-ig'), methodTitle('new-method')]).toEqual(['Guided IG', 'New method']);
  });

  it('order known methods before unknown ones', () => {
    expect(['zeta', 'gradients', 'alpha', 'grad-cam'].sort(byMethodOrder)).toEqual([
      'grad-cam',
      'gradients',
      'alpha',
      'zeta',
    ]);
  });
});

it('every registered method, and no other, has a title and a place in the order', () => {
  expect([...titledMethods].sort()).toEqual(methods.map(({ name }) => name).sort());
});

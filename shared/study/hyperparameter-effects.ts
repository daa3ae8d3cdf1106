/**
 * What each hyperparameter did: marginal means, the validation accuracy of all configurations that share one value.
 * In a full grid each mean runs over the same other values; in a list or a random search it does not, so a mean may
 * owe something to its company there. Diverged configurations count with the accuracy they had before.
 */
import type { Configuration } from '../manifest/study.ts';
import type { Effect, ReportedConfiguration } from '../manifest/study-report.ts';
import { spreadOf } from './spread.ts';

type Value = Effect['levels'][number]['value'];

export interface Varied {
  readonly hyperparameter: keyof Configuration;
  readonly values: Value[];
}

/** Hyperparameters with more than one value, `blocks` first, values ascending. */
export function variedHyperparameters(configurations: readonly Configuration[]): Varied[] {
  const names = Object.keys(configurations[0] ?? {}) as (keyof Configuration)[];
  return names
    .map((hyperparameter) => ({
      hyperparameter,
      values: [...new Set<Value>(configurations.map((configuration) => configuration[hyperparameter]))].sort(
        (a, b) => (a < b ? -1 : Number(a > b)),
      ),
    }))
    .filter(({ values }) => values.length > 1)
    .sort((a, b) => Number(b.hyperparameter === 'blocks') - Number(a.hyperparameter === 'blocks'));
}

export function effectsOf(
  varied: readonly Varied[],
  configurations: readonly Pick<ReportedConfiguration, 'configuration' | 'state' | 'best'>[],
): Effect[] {
  return varied.map(({ hyperparameter, values }) => {
    const levels = values.map((value) => {
      const members = configurations.filter(({ configuration }) => configuration[hyperparameter] === value);
      const accuracies = members.flatMap(({ best }) => best?.validation.accuracy ?? []);
      return {
        value,
        configurations: members.length,
        diverged: members.filter(({ state }) => state === 'diverged').length,
        validationAccuracy: spreadOf(accuracies),
      };
    });
    const means = levels.flatMap(({ validationAccuracy }) => validationAccuracy?.mean ?? []);
    return {
      hyperparameter,
      levels,
      range: means.length === 0 ? null : Math.max(...means) - Math.min(...means),
    };
  });
}

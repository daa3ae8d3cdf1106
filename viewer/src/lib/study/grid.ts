/** Rows of the grid: every configuration with the figures one compares it by, in any order. */
import type { ReportedConfiguration } from '../../../../shared/manifest/study-report.ts';
import type { Hyperparameter } from './hyperparameters.ts';

export type Measure = 'accuracy' | 'loss' | 'test' | 'epoch' | 'parameters' | 'seconds';
export type Column = Hyperparameter | Measure;

export interface GridOrder {
  readonly column: Column;
  readonly descending: boolean;
}

const measures: Readonly<Record<Measure, (row: ReportedConfiguration) => number | null>> = {
  accuracy: ({ best }) => best?.validation.accuracy ?? null,
  loss: ({ best }) => best?.validation.loss ?? null,
  test: ({ best }) => best?.test?.accuracy ?? null,
  epoch: ({ best }) => best?.epoch ?? null,
  parameters: ({ cost }) => cost?.parameters ?? null,
  seconds: ({ cost }) => cost?.seconds ?? null,
};

const isMeasure = (column: Column): column is Measure => column in measures;

/** The value of a row in a column; null where it has none. */
export const cellOf = (row: ReportedConfiguration, column: Column): number | string | null =>
  isMeasure(column) ? measures[column](row) : sortable(row.configuration[column]);

const sortable = (value: number | boolean | string): number | string =>
  typeof value === 'boolean' ? Number(value) : value;

/** A new array in that order; rows without a value come last either way, equal ones keep their order. */
export function sortedGrid(
  rows: readonly ReportedConfiguration[],
  { column, descending }: GridOrder,
): ReportedConfiguration[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [cellOf(a, column), cellOf(b, column)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}

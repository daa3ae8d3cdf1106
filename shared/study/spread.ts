/** Mean and sample standard deviation (n − 1) of runs that differ by seed or configuration. */
export interface Spread {
  readonly runs: number;
  readonly mean: number;
  /** Null for a single run: one run says nothing about the next. */
  readonly deviation: number | null;
  readonly lowest: number;
  readonly highest: number;
}

/** Null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    runs: values.length,
    mean,
    deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)),
    lowest: Math.min(...values),
    highest: Math.max(...values),
  };
}

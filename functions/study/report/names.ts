/** Hyperparameters and their values as people write them. */
const NAMES: Readonly<Record<string, string>> = {
  blocks: 'blocks',
  filters: 'filters',
  filterLimit: 'most filters',
  dense: 'dense units',
  activation: 'activation',
  batchNorm: 'batch norm',
  dropout: 'dropout',
  batch: 'batch',
  learningRate: 'rate',
};

/** `5 blocks`, `batch 32`, `rate 0.001`. */
export function named(hyperparameter: string, value: number | boolean | string): string {
  if (hyperparameter === 'blocks') return `${value} blocks`;
  return `${NAMES[hyperparameter] ?? hyperparameter} ${value}`;
}

/** `98.2 %`; a dash for what does not exist. */
export const percent = (share: number | null | undefined, digits = 1): string =>
  share === null || share === undefined ? '–' : `${(100 * share).toFixed(digits)} %`;

/** `98.2 % ± 0.4`, points of percent. */
export const percentSpread = (
  spread: { readonly mean: number; readonly deviation: number | null } | null | undefined,
): string => {
  if (!spread) return '–';
  const { mean, deviation } = spread;
  return `${(100 * mean).toFixed(2)} %${deviation === null ? '' : ` ± ${(100 * deviation).toFixed(2)}`}`;
};

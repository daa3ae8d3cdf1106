/** Hyperparameters as a reader knows them. */
import type { ReportedConfiguration, StudyReport } from '../../../../shared/manifest/study-report.ts';
import { figure } from '../figures.ts';

export type Hyperparameter = keyof ReportedConfiguration['configuration'];
export type HyperparameterValue = number | boolean | string;

const titles: Readonly<Record<Hyperparameter, string>> = {
  blocks: 'Blocks',
  filters: 'First filters',
  filterLimit: 'Most filters',
  dense: 'Dense units',
  activation: 'Activation',
  batchNorm: 'Batch norm',
  dropout: 'Dropout',
  batch: 'Batch',
  learningRate: 'Learning rate',
};

export const titleOf = (name: Hyperparameter): string => titles[name];

/** `0.001`, `on`, `leaky-relu`. */
export function valueText(value: HyperparameterValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'number' ? figure(value) : value;
}

/** What tells this configuration from the others of the study: `5 blocks, batch 32, learning rate 0.001`. */
export function configurationText(
  configuration: ReportedConfiguration['configuration'],
  varied: StudyReport['varied'],
): string {
  return varied
    .map(({ hyperparameter: name }) => {
      const value = valueText(configuration[name]);
      return name === 'blocks' ? `${value} blocks` : `${titles[name].toLowerCase()} ${value}`;
    })
    .join(', ');
}

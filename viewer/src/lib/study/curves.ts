/** The curves of a study: one panel a value of the first hyperparameter, one line a configuration. */
import { interpolatePlasma } from 'd3-scale-chromatic';
import type { ReportedConfiguration, StudyReport } from '../../../../shared/manifest/study-report.ts';
import { type Hyperparameter, type HyperparameterValue, valueText } from './hyperparameters.ts';

export type CurveMeasure = 'validation accuracy' | 'validation loss' | 'training accuracy' | 'training loss';
export const curveMeasures: readonly CurveMeasure[] = [
  'validation accuracy',
  'validation loss',
  'training accuracy',
  'training loss',
];

export interface CurvePanel {
  readonly value: HyperparameterValue;
  readonly configurations: readonly ReportedConfiguration[];
}

/** Panels by the first varied hyperparameter (`blocks`, where it varies). A study of one configuration has one. */
export function curvePanels({ varied, configurations }: StudyReport): CurvePanel[] {
  const [first] = varied;
  if (!first) return [{ value: '', configurations }];
  return first.values.map((value) => ({
    value,
    configurations: configurations.filter(
      ({ configuration }) => configuration[first.hyperparameter] === value,
    ),
  }));
}

/** Values by epoch; null for an epoch that diverged. */
export const curveOf = ({ epochs }: ReportedConfiguration, measure: CurveMeasure): (number | null)[] =>
  epochs.map((epoch) => {
    const { loss, accuracy } = measure.startsWith('validation') ? epoch.validation : epoch.train;
    return measure.endsWith('accuracy') ? accuracy : loss;
  });

/** Common range of a measure over all configurations; of losses what lies beyond the 98th percentile is cut. */
export function rangeOf(
  configurations: readonly ReportedConfiguration[],
  measure: CurveMeasure,
): [number, number] {
  const values = configurations
    .flatMap((one) => curveOf(one, measure))
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  if (values.length === 0) return [0, 1];
  if (measure.endsWith('loss')) return [0, values[Math.floor(0.98 * (values.length - 1))]! || 1];
  return [Math.floor(20 * values[0]!) / 20, 1];
}

/** A color for each value of a hyperparameter: from violet to yellow, light enough for a dark page. */
export function colorsOf(
  { varied }: StudyReport,
  name: Hyperparameter | null,
): ReadonlyMap<HyperparameterValue, string> {
  const values = varied.find(({ hyperparameter }) => hyperparameter === name)?.values ?? [];
  return new Map(
    values.map((value, i) => [value, interpolatePlasma(0.35 + (0.6 * i) / Math.max(1, values.length - 1))]),
  );
}

/** `learning rate` and its values with their colors, for the legend. */
export const legendOf = (
  colors: ReadonlyMap<HyperparameterValue, string>,
): readonly (readonly [string, string])[] => [...colors].map(([value, color]) => [valueText(value), color]);

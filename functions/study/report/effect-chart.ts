/** The effect of each hyperparameter: every configuration as a dot, the mean of each value as a bar across. */
import * as Plot from '@observablehq/plot';
import type { StudyReport } from '../../../shared/manifest/study-report.ts';
import { type Chart, draw, palette } from './draw.ts';
import { named } from './names.ts';

export function effectCharts({ effects, configurations }: StudyReport): Chart[] {
  if (effects.length === 0) return [];
  const levels = effects.flatMap(({ hyperparameter, levels }) =>
    levels.map(({ value, validationAccuracy }) => ({
      hyperparameter,
      level: named(hyperparameter, value),
      mean: validationAccuracy && 100 * validationAccuracy.mean,
    })),
  );
  const dots = effects.flatMap(({ hyperparameter }) =>
    configurations.map(({ configuration, best, state }) => ({
      level: named(hyperparameter, configuration[hyperparameter]),
      accuracy: best?.validation.accuracy == null ? null : 100 * best.validation.accuracy,
      diverged: state === 'diverged',
    })),
  );
  const known = dots.filter(({ accuracy }) => accuracy !== null);
  const means = levels.filter(({ mean }) => mean !== null);
  const svg = draw({
    width: 1100,
    height: 380,
    marginLeft: 56,
    marginBottom: 48,
    x: { label: null, domain: levels.map(({ level }) => level), padding: 0.3 },
    y: { label: 'validation accuracy, %', labelAnchor: 'center', grid: true, nice: true },
    color: { domain: effects.map(({ hyperparameter }) => hyperparameter), range: palette },
    marks: [
      Plot.frame({ stroke: '#bbb' }),
      Plot.dot(
        known.filter(({ diverged }) => !diverged),
        { x: 'level', y: 'accuracy', r: 3.5, fill: '#555', fillOpacity: 0.45 },
      ),
      Plot.dot(
        known.filter(({ diverged }) => diverged),
        { x: 'level', y: 'accuracy', r: 4.5, symbol: 'times', stroke: '#d55e00', strokeWidth: 2 },
      ),
      Plot.tickY(means, { x: 'level', y: 'mean', stroke: 'hyperparameter', strokeWidth: 4 }),
      Plot.text(means, {
        x: 'level',
        y: 'mean',
        text: ({ mean }: { mean: number }) => mean.toFixed(1),
        dy: -10,
        fontWeight: 'bold',
        stroke: 'white',
        strokeWidth: 4,
        fill: '#1a1a1a',
      }),
    ],
  });
  const ranges = effects
    .filter(({ range }) => range !== null)
    .map(({ hyperparameter, range }) => `${hyperparameter} ${(100 * range!).toFixed(1)} points`);
  return [
    {
      name: 'effects',
      title: 'Effect of each hyperparameter',
      caption: `Mean validation accuracy over all configurations with a value; between its best and worst value: ${ranges.join(', ')}.`,
      svg,
    },
  ];
}

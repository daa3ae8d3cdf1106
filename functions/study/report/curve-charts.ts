/**
 * Accuracy and loss per epoch of every configuration, in panels by the first varied hyperparameter (depth, as in the
 * paper's figures 6 to 8): color by the second, line style by the third. Diverged runs end in a cross.
 */
import * as Plot from '@observablehq/plot';
import type { StudyReport } from '../../../shared/manifest/study-report.ts';
import { type Chart, draw, palette } from './draw.ts';
import { named } from './names.ts';

interface Point {
  readonly epoch: number;
  readonly value: number;
  readonly run: string;
  readonly panel: string;
  readonly color: string;
  readonly dash: string;
  readonly last: boolean;
  readonly diverged: boolean;
}

const DASHES = ['', '6 3', '2 3', '8 3 2 3'];

type Figure = 'accuracy' | 'loss';

export function curveCharts(report: StudyReport): Chart[] {
  return (['accuracy', 'loss'] as const).flatMap((figure) =>
    (['validation', 'train'] as const).map((part) => curves(report, figure, part)),
  );
}

function curves(report: StudyReport, figure: Figure, part: 'validation' | 'train'): Chart {
  const [panels, colors, dashes] = report.varied;
  const dashOf = new Map(dashes?.values.map((value, place) => [named(dashes.hyperparameter, value), place]));
  const points = pointsOf(report, figure, part);
  const percent = figure === 'accuracy';
  const line = (members: Point[], dash: string) =>
    Plot.lineY(members, {
      x: 'epoch',
      y: 'value',
      z: 'run',
      fx: 'panel',
      stroke: 'color',
      strokeWidth: 1.8,
      strokeDasharray: dash,
    });
  const styles = dashes ? dashes.values.map((value) => named(dashes.hyperparameter, value)) : [''];
  const svg = draw({
    width: 1100,
    height: 420,
    marginLeft: 56,
    marginTop: 56,
    marginBottom: 64,
    fx: { label: null, padding: 0.08, domain: domainOf(panels) },
    x: { label: 'epoch', labelAnchor: 'center', ticks: epochTicks(report) },
    y: percent
      ? {
          label: `${part} accuracy, %`,
          labelAnchor: 'center',
          grid: true,
          transform: (value: number) => 100 * value,
        }
      : { label: `${part} loss`, labelAnchor: 'center', grid: true, type: 'log', tickFormat: '.2~g' },
    color: { domain: domainOf(colors) ?? [''], range: palette },
    marks: [
      Plot.frame({ stroke: '#bbb' }),
      Plot.text(
        (domainOf(panels) ?? []).filter((panel) => !points.some((point) => point.panel === panel)),
        { fx: (panel: string) => panel, text: () => 'no result yet', frameAnchor: 'middle', fontSize: 14 },
      ),
      ...styles.map((style) =>
        line(
          points.filter(({ dash }) => dash === style || !dashes),
          DASHES[(dashOf.get(style) ?? 0) % DASHES.length]!,
        ),
      ),
      Plot.dot(
        points.filter(({ last, diverged }) => last && diverged),
        { x: 'epoch', y: 'value', fx: 'panel', stroke: 'color', symbol: 'times', r: 5, strokeWidth: 2 },
      ),
      ...keyMarks(report),
    ],
  });
  return {
    name: `${part}-${figure}`,
    title: `${part === 'train' ? 'Training' : 'Validation'} ${figure} per epoch`,
    caption: captionOf(report, points),
    svg,
  };
}

const domainOf = (varied: StudyReport['varied'][number] | undefined): string[] | undefined =>
  varied?.values.map((value) => named(varied.hyperparameter, value));

function pointsOf(
  { varied, configurations }: StudyReport,
  figure: Figure,
  part: 'validation' | 'train',
): Point[] {
  const [panels, colors, dashes] = varied;
  const nameIn = (
    axis: typeof panels,
    configuration: (typeof configurations)[number]['configuration'],
  ): string => (axis ? named(axis.hyperparameter, configuration[axis.hyperparameter]) : '');
  return configurations.flatMap(({ key, configuration, state, epochs }) => {
    const known = epochs.filter((epoch) => epoch[part][figure] !== null);
    return known.map((epoch, place) => ({
      epoch: epoch.epoch,
      value: figure === 'loss' ? Math.max(1e-4, epoch[part].loss!) : epoch[part].accuracy!,
      run: key,
      panel: nameIn(panels, configuration),
      color: nameIn(colors, configuration),
      dash: nameIn(dashes, configuration),
      last: place === known.length - 1,
      diverged: state === 'diverged',
    }));
  });
}

/** Whole numbers, at most about ten. */
function epochTicks({ configurations }: StudyReport): number[] {
  const most = Math.max(1, ...configurations.map(({ epochs }) => epochs.at(-1)?.epoch ?? 1));
  const step = Math.ceil(most / 10);
  return Array.from({ length: Math.floor(most / step) }, (_, place) => (place + 1) * step);
}

/** The key below the panels: a colored stroke for each value, a dashed one for each style. */
function keyMarks({ varied }: StudyReport): Plot.Markish[] {
  const [, colors, dashes] = varied;
  const entries = [
    ...(colors?.values.map((value, place) => ({
      text: named(colors.hyperparameter, value),
      color: palette[place % palette.length]!,
      dash: '',
    })) ?? []),
    ...(dashes?.values.map((value, place) => ({
      text: named(dashes.hyperparameter, value),
      color: '#444',
      dash: DASHES[place % DASHES.length]!,
    })) ?? []),
  ];
  return entries.flatMap(({ text, color, dash }, place) => {
    const dx = 140 * place;
    const at = { frameAnchor: 'top-left' as const, facetAnchor: 'top-left' as const, fill: color, dx };
    const stroke = dash === '' ? '━━━' : dash.startsWith('2') ? '┅┅┅' : '╍╍╍';
    return [Plot.text([`${stroke} ${text}`], { ...at, dy: -46, textAnchor: 'start', fontSize: 12 })];
  });
}

function captionOf({ totals, varied }: StudyReport, points: readonly Point[]): string {
  const runs = new Set(points.map(({ run }) => run)).size;
  const by = varied[0] ? `, a panel for each value of ${varied[0].hyperparameter}` : '';
  const diverged = totals.diverged > 0 ? `; ${totals.diverged} diverged (cross)` : '';
  return `${runs} of ${totals.configurations} configurations${by}${diverged}.`;
}

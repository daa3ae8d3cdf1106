/** The winner on the test part: confusion matrix, reliability and ROC of the product's run, and accuracy by seed. */
import * as Plot from '@observablehq/plot';
import type { Assessment, StudyReport } from '../../../shared/manifest/study-report.ts';
import { type Chart, draw, palette } from './draw.ts';
import { percent } from './names.ts';

export function winnerCharts({ winner, naive, data }: StudyReport): Chart[] {
  if (!winner) return [];
  const product = winner.seeds.find(({ key }) => key === winner.product)!;
  const { test } = product;
  const charts = test
    ? [confusionChart(test), reliabilityChart(test), rocChart(winner.seeds, product.key, data.positive)]
    : [];
  return naive && winner.test ? [...charts, naiveChart(winner.seeds, naive.seeds)] : charts;
}

function confusionChart({ confusion, classes, accuracy, images }: Assessment): Chart {
  const cells = confusion.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      truth: classes[truth]!.name,
      predicted: classes[predicted]!.name,
      share: total === 0 ? 0 : count / total,
      count,
    }));
  });
  const names = classes.map(({ name }) => name);
  const svg = draw({
    width: 460,
    height: 420,
    marginLeft: 110,
    marginBottom: 50,
    x: { label: 'predicted', labelAnchor: 'center', domain: names },
    y: { label: 'true class', labelAnchor: 'center', domain: names },
    color: { type: 'linear', domain: [0, 1], range: ['#f3f6fa', '#0072b2'] },
    marks: [
      Plot.cell(cells, { x: 'predicted', y: 'truth', fill: 'share', inset: 2 }),
      Plot.text(cells, {
        x: 'predicted',
        y: 'truth',
        text: ({ count, share }: (typeof cells)[number]) => `${count}\n${percent(share)}`,
        fontSize: 17,
        fill: ({ share }: (typeof cells)[number]) => (share > 0.55 ? 'white' : '#1a1a1a'),
      }),
    ],
  });
  const right = Math.round(accuracy * images);
  return {
    name: 'confusion',
    title: 'Confusion matrix, test part',
    caption: `${right} of ${images} test images right; shares are of the true class.`,
    svg,
  };
}

/** One share against another, with the diagonal of chance or of perfect calibration. */
function drawShares(x: string, y: string, marks: readonly Plot.Markish[]): string {
  const diagonal: [number, number][] = [
    [0, 0],
    [1, 1],
  ];
  return draw({
    width: 460,
    height: 420,
    marginLeft: 56,
    marginBottom: 44,
    x: { label: x, labelAnchor: 'center', domain: [0, 1] },
    y: { label: y, labelAnchor: 'center', domain: [0, 1], grid: true },
    marks: [
      Plot.frame({ stroke: '#bbb' }),
      Plot.line(diagonal, { stroke: '#888', strokeDasharray: '4 4' }),
      ...marks,
    ],
  });
}

function reliabilityChart({ calibration }: Assessment): Chart {
  const bins = calibration.bins.flatMap(({ low, high, images, confidence, accuracy }) =>
    confidence === null || accuracy === null ? [] : [{ low, high, images, confidence, accuracy }],
  );
  const svg = drawShares('confidence', 'share right', [
    Plot.rectY(bins, {
      x1: 'low',
      x2: 'high',
      y: 'accuracy',
      fill: palette[4]!,
      fillOpacity: 0.5,
      inset: 1,
    }),
    Plot.line(bins, { x: 'confidence', y: 'accuracy', stroke: palette[0]!, strokeWidth: 2 }),
    Plot.dot(bins, { x: 'confidence', y: 'accuracy', fill: palette[0]!, r: 4 }),
    Plot.text(bins, {
      x: (bin: (typeof bins)[number]) => (bin.low + bin.high) / 2,
      y: 0.03,
      text: ({ images }: (typeof bins)[number]) => String(images),
      fill: '#444',
    }),
  ]);
  return {
    name: 'reliability',
    title: 'Reliability, test part',
    caption: `Expected calibration error ${percent(calibration.expectedError)}, Brier score ${calibration.brier.toFixed(3)}; numbers at the foot: images of each bin.`,
    svg,
  };
}

type Seeds = NonNullable<StudyReport['winner']>['seeds'];

function rocChart(seeds: Seeds, product: string, positive: string): Chart {
  const points = seeds.flatMap(({ key, seed, test }) => {
    const roc = test?.classes.at(-1)?.roc;
    return (roc?.falsePositiveRate ?? []).map((x, place) => ({
      x,
      y: roc!.truePositiveRate[place]!,
      seed,
      product: key === product,
    }));
  });
  const line = (ours: boolean, stroke: string, strokeWidth: number) =>
    Plot.line(
      points.filter((point) => point.product === ours),
      { x: 'x', y: 'y', z: 'seed', stroke, strokeWidth, sort: null },
    );
  const svg = drawShares('false positive rate', 'sensitivity', [
    line(false, '#9ab8cc', 1.2),
    line(true, palette[0]!, 2.5),
  ]);
  const { auc, aucInterval } = seeds.find(({ key }) => key === product)!.test!.classes.at(-1)!;
  const interval = aucInterval ? ` (95 % ${aucInterval.map((value) => value.toFixed(3)).join(' to ')})` : '';
  const others = seeds.length > 1 ? `; pale: ${seeds.length - 1} other seeds` : '';
  return {
    name: 'roc',
    title: `ROC of ${positive}, test part`,
    caption: `Area ${auc === null ? '–' : auc.toFixed(4)}${interval}${others}.`,
    svg,
  };
}

function naiveChart(safe: Seeds, naive: Seeds): Chart {
  const dotsOf = (seeds: Seeds, split: string) =>
    seeds.flatMap(({ test }) => (test ? [{ split, accuracy: 100 * test.accuracy }] : []));
  const [ours, theirs] = ['whole groups (leak-safe)', 'single images (naive)'];
  const dots = [...dotsOf(safe, ours), ...dotsOf(naive, theirs)];
  const svg = draw({
    width: 460,
    height: 420,
    marginLeft: 56,
    x: { label: null, domain: [ours, theirs], padding: 0.4 },
    y: { label: 'test accuracy, %', labelAnchor: 'center', grid: true },
    marks: [
      Plot.frame({ stroke: '#bbb' }),
      Plot.dot(dots, { x: 'split', y: 'accuracy', r: 5, fill: palette[0]!, fillOpacity: 0.6 }),
      Plot.tickY(dots, Plot.groupX({ y: 'mean' }, { x: 'split', y: 'accuracy', strokeWidth: 3 })),
    ],
  });
  return {
    name: 'naive-split',
    title: 'The same configuration on two splits',
    caption:
      'Test accuracy of each seed and their mean: what a split that parts near-duplicates would have claimed.',
    svg,
  };
}

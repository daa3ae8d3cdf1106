/** The report as one HTML file: no script, no other file, nothing fetched. Dark by default, light where asked for. */
import type { Assessment, StudyReport } from '../../../shared/manifest/study-report.ts';
import type { Chart } from './draw.ts';
import { named, percent, percentSpread } from './names.ts';
import { pageStyle } from './page-style.ts';

export function reportPage(report: StudyReport, charts: readonly Chart[]): string {
  const figures = charts.map(figureOf).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(report.name)}</title>
<style>${pageStyle}</style>
<main>
<h1>${escaped(report.name)}</h1>
<ul class="notes">${report.notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>
${winnerSection(report)}
${dataSection(report)}
<h2>Curves, effects and the winner's test</h2>
<div class="figures">${figures}</div>
${configurationSection(report)}
</main>
</html>
`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const figureOf = ({ title, caption, svg, name }: Chart): string =>
  `<figure id="${name}"><h3>${escaped(title)}</h3><div role="img" aria-label="${escaped(`${title}. ${caption}`)}">${svg}</div><figcaption>${escaped(caption)}</figcaption></figure>`;

/** Rows of [what, value]; the value is text. */
const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<dl>${rows.map(([what, value]) => `<div><dt>${escaped(what)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>`;

function winnerSection({ winner, naive, external, data }: StudyReport): string {
  if (!winner) return '<h2>Winner</h2><p>No configuration has a result yet.</p>';
  const { configuration, test, seeds, parameters, flops } = winner;
  const product = seeds.find(({ key }) => key === winner.product)!;
  const interval = product.test
    ? ` (95 % ${product.test.accuracyInterval.map((value) => percent(value)).join(' to ')})`
    : '';
  const rows: [string, string][] = [
    ['configuration', describe(configuration)],
    ['size', `${parameters.toLocaleString('en')} parameters, ${(flops / 1e9).toFixed(3)} GFLOP an image`],
    [
      'test accuracy',
      `${percentSpread(test?.accuracy)} over ${seeds.length} seed${seeds.length === 1 ? '' : 's'}`,
    ],
    ['of the product’s run', `seed ${product.seed}: ${percent(product.test?.accuracy)}${interval}`],
    ['every picture group once', `${percentSpread(test?.groupAccuracy)}, ${groupText(product.test)}`],
    [`sensitivity (${data.positive})`, percentSpread(test?.sensitivity)],
    ['specificity', percentSpread(test?.specificity)],
    ['ROC AUC', spreadText(test?.auc)],
    ['expected calibration error', percentSpread(test?.expectedCalibrationError)],
    ['Brier score', spreadText(test?.brier)],
  ];
  if (naive) {
    rows.push([
      'naive split',
      `${percentSpread(naive.test.accuracy)} over ${naive.seeds.length} seeds: ${naive.leaked} of ${naive.testImages} test images have a near-duplicate in training`,
    ]);
  }
  for (const { name, assessment } of external) rows.push([name, externalText(assessment)]);
  return `<h2>Winner by validation</h2>${facts(rows)}`;
}

const groupText = (test: Assessment | null): string =>
  test?.byGroup
    ? `${test.byGroup.groups} groups, 95 % ${test.byGroup.interval.map((value) => percent(value)).join(' to ')}`
    : 'groups not known';

const spreadText = (spread: { mean: number; deviation: number | null } | null | undefined): string =>
  spread
    ? `${spread.mean.toFixed(4)}${spread.deviation === null ? '' : ` ± ${spread.deviation.toFixed(4)}`}`
    : '–';

function externalText({ images, accuracy, accuracyInterval, classes }: Assessment): string {
  const { sensitivity, specificity, auc } = classes.at(-1)!;
  const interval = accuracyInterval.map((value) => percent(value)).join(' to ');
  return `${Math.round(accuracy * images)} of ${images} right, ${percent(accuracy)} (95 % ${interval}); sensitivity ${percent(sensitivity)}, specificity ${percent(specificity)}, AUC ${auc === null ? '–' : auc.toFixed(3)}`;
}

const describe = (configuration: Readonly<Record<string, number | boolean | string>>): string =>
  Object.entries(configuration)
    .map(([hyperparameter, value]) => named(hyperparameter, value))
    .join(', ');

function dataSection({ data, totals }: StudyReport): string {
  const parts = Object.entries(data.parts).map(([part, counts]) => {
    const text = counts.map((count, label) => `${count} ${data.classes[label]}`).join(', ');
    return [part, text] as [string, string];
  });
  const left = Object.entries(data.unreadable).map(([reason, files]) => `${files} ${reason}`);
  const { leaks } = data;
  return `<h2>Data</h2>${facts([
    ['images', `${data.images}, ${data.input.height} × ${data.input.width} × ${data.input.channels}`],
    ...parts,
    ['class imbalance', data.imbalance === null ? '–' : `1 : ${data.imbalance.toFixed(2)}`],
    [
      'groups',
      `${data.groups}, of them ${data.duplicateGroups} of near-duplicates or one patient with ${data.imagesInDuplicateGroups} images, the largest ${data.largestGroup}`,
    ],
    [
      'test images with a twin in training',
      `${leaks.here} of ${leaks.testImages} here; ${leaks.naive} of ${leaks.naiveTestImages} had images been split one by one`,
    ],
    ['left out', left.length === 0 ? 'nothing' : left.join(', ')],
    [
      'work',
      `${(totals.seconds / 60).toFixed(1)} minutes of training on ${totals.engines.join(', ') || '–'}, ${(totals.trainingFlops / 1e12).toFixed(1)} TFLOP`,
    ],
  ])}`;
}

function configurationSection({ configurations, varied, winner }: StudyReport): string {
  const best = winner && JSON.stringify(winner.configuration);
  const head = [
    ...varied.map(({ hyperparameter }) => hyperparameter),
    'state',
    'best epoch',
    'validation',
    'loss',
    'test',
    'parameters',
    'MFLOP',
    'seconds',
    'images/s',
  ];
  const rows = configurations.map((entry) => {
    const { configuration, state, best: at, cost, epochs } = entry;
    const cells = [
      ...varied.map(({ hyperparameter }) => String(configuration[hyperparameter])),
      state,
      at ? `${at.epoch} of ${epochs.length}` : '–',
      percent(at?.validation.accuracy),
      at?.validation.loss == null ? '–' : at.validation.loss.toFixed(4),
      percent(at?.test?.accuracy),
      cost ? cost.parameters.toLocaleString('en') : '–',
      cost ? (cost.flops / 1e6).toFixed(1) : '–',
      cost ? cost.seconds.toFixed(0) : '–',
      cost?.imagesPerSecond ? cost.imagesPerSecond.toFixed(0) : '–',
    ];
    const marked = JSON.stringify(configuration) === best ? ' class="best"' : '';
    return `<tr${marked}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  return `<h2>Configurations</h2>
<p>The winner, marked, is chosen by validation accuracy, then validation loss; the test part decided nothing.</p>
<div class="wide"><table><thead><tr>${head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

/** `cxai study report`: report.json, a page that stands alone, and its plots as PNG. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { studyReportKey } from '../../shared/manifest/study-keys.ts';
import { type StudyReport, studyReportSchema } from '../../shared/manifest/study-report.ts';
import { buildStudyReport } from '../../shared/study/build-report.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { assessFolder } from '../study/assess-folder.ts';
import { readStudy, type StudyOnDisk } from '../study/read-study.ts';
import { chartPng, reportCharts } from '../study/report/charts.ts';
import { percent, percentSpread } from '../study/report/names.ts';
import { reportPage } from '../study/report/report-page.ts';
import type { Output } from './output.ts';

export interface StudyReportFlags {
  readonly out?: string;
  /** Folder of the same study split by image. */
  readonly naive?: string;
  /** Files that name image sets of another origin. */
  readonly external?: string[];
}

export async function studyReportCommand(
  folder: string,
  flags: StudyReportFlags,
  output: Output,
): Promise<void> {
  const study = await readStudy(folder);
  const naive = flags.naive === undefined ? undefined : await readStudy(flags.naive);
  if (naive && naive.plan.split.by !== 'image') {
    throw new PermanentFault(
      'study report: expected a study split by image, got one split by group (--naive)',
      {
        code: 'study-naive',
        remedy: 'Run the specification again with "split": {"by": "image"} and its own --out.',
      },
    );
  }
  const plain = buildStudyReport({ ...study, ...(naive && { naive }) });
  const external = await externalOf(plain, study, flags.external ?? [], output);
  const report = studyReportSchema.parse({ ...plain, external });
  const out = flags.out ?? folder;
  const plots = join(out, 'plots');
  await mkdir(plots, { recursive: true });
  const charts = reportCharts(report);
  for (const chart of charts) await writeFile(join(plots, `${chart.name}.png`), await chartPng(chart));
  await writeFile(join(out, studyReportKey), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(out, 'report.html'), reportPage(report, charts));
  output.result(summary(report, out, charts.length), { report, page: join(out, 'report.html') });
}

async function externalOf(
  { winner }: StudyReport,
  study: StudyOnDisk,
  files: readonly string[],
  output: Output,
): Promise<StudyReport['external']> {
  const product = study.results.find(({ key }) => key === winner?.product);
  if (product === undefined) return [];
  const runner = createOnnxRuntimeRunner({});
  const assessed: StudyReport['external'] = [];
  for (const file of files) {
    assessed.push(
      await assessFolder(file, study, product, runner, (path, fault) => output.failure(path, fault)),
    );
  }
  return assessed;
}

function summary({ totals, winner, naive, external, data }: StudyReport, out: string, plots: number): string {
  const { configurations, finished, diverged, missing } = totals;
  const lines = [
    `${configurations} configurations: ${finished} finished, ${diverged} diverged, ${missing} missing`,
    `test images with a near-duplicate in training: ${data.leaks.here} (split one by one: ${data.leaks.naive} of ${data.leaks.naiveTestImages})`,
  ];
  if (winner) {
    const { blocks, batch, learningRate } = winner.configuration;
    const [seeds] = [winner.seeds.length];
    lines.push(
      `winner: ${blocks} blocks, batch ${batch}, learning rate ${learningRate}: test ${percentSpread(winner.test?.accuracy)} over ${seeds} seed${seeds === 1 ? '' : 's'}`,
    );
  }
  if (naive)
    lines.push(`naive split: ${percentSpread(naive.test.accuracy)} over ${naive.seeds.length} seeds`);
  for (const { name, assessment } of external) {
    lines.push(`${name}: ${percent(assessment.accuracy)} of ${assessment.images} images`);
  }
  return [...lines, `${out}/report.html, report.json, plots/ (${plots} PNG)`].join('\n');
}

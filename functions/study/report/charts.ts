/** Every chart of a report, in the order of the page. */
import sharp from 'sharp';
import type { StudyReport } from '../../../shared/manifest/study-report.ts';
import { curveCharts } from './curve-charts.ts';
import type { Chart } from './draw.ts';
import { effectCharts } from './effect-chart.ts';
import { winnerCharts } from './winner-charts.ts';

export const reportCharts = (report: StudyReport): Chart[] => [
  ...curveCharts(report),
  ...effectCharts(report),
  ...winnerCharts(report),
];

/** At twice the chart's size. */
export const chartPng = ({ svg }: Chart): Promise<Buffer> =>
  sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();

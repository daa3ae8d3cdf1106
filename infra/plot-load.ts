/** `node infra/plot-load.ts`: the plot (infra/load.svg) and the table of infra/README.md, from infra/load-simulation.ts. */
import { writeFileSync } from 'node:fs';
import { type CpuLane, type Day, type GpuLane, type LaneLoad, simulateDay } from './load-simulation.ts';

export interface Scenario {
  readonly name: string;
  readonly load: LaneLoad;
  readonly lane: CpuLane | GpuLane;
}

const study = { studyImages: 40, seed: 1 };
const cpu: CpuLane = { kind: 'cpu', concurrency: 50, coldStartSeconds: 3, keptSeconds: 600 };
const gpu: GpuLane = { kind: 'gpu', most: 4, targetSeconds: 1800, startSeconds: 240, idleSeconds: 90 };
const cpuLoad = (imagesPerDay: number): LaneLoad => ({ ...study, imagesPerDay, methods: 8, taskSeconds: 4 });
const gpuLoad = (imagesPerDay: number): LaneLoad => ({ ...study, imagesPerDay, methods: 3, taskSeconds: 6 });

/** The example hospital's cpu lane; a gpu lane of at most four workers with the three costly methods. */
export const scenarios: readonly Scenario[] = [
  { name: 'cpu lane, 1,000 images', load: cpuLoad(1_000), lane: cpu },
  { name: 'cpu lane, 10,000 images', load: cpuLoad(10_000), lane: cpu },
  { name: 'cpu lane, 100,000 images', load: cpuLoad(100_000), lane: cpu },
  { name: 'gpu lane, 1,000 images', load: gpuLoad(1_000), lane: gpu },
  { name: 'gpu lane, 10,000 images', load: gpuLoad(10_000), lane: gpu },
];

/** Minutes to a point of the plot. */
const step = 5;
const width = 860;
const panel = 120;
const [left, right, gap] = [60, 60, 34];

/** One panel a scenario: tasks waiting as an area (left scale), workers as a line (right scale), over 24 hours. */
export function loadPlot(days: readonly { readonly name: string; readonly day: Day }[]): string {
  const height = days.length * (panel + gap) + 30;
  const panels = days.map(({ name, day }, index) => panelOf(name, day, 20 + index * (panel + gap)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>Tasks waiting and workers over a day</title><rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panelOf(name: string, day: Day, top: number): string {
  const minutes = peaks(day.minutes);
  const most = Math.max(1, ...minutes.map(({ waiting }) => waiting));
  const mostWorkers = Math.max(1, ...minutes.map(({ workers }) => workers));
  const bottom = top + panel;
  const x = (minute: number) => (left + ((width - left - right) * minute) / 1440).toFixed(1);
  const y = (share: number) => (bottom - share * (panel - 16)).toFixed(1);
  const line = (value: (peak: Peak) => number) =>
    minutes.map((minute, index) => `${x(index * step)},${y(value(minute))}`).join(' ');
  const hours = [0, 6, 12, 18, 24].map(
    (hour) =>
      `<text x="${x(60 * hour)}" y="${bottom + 13}" text-anchor="middle" fill="#555">${hour}:00</text>`,
  );
  return [
    `<text x="${left}" y="${top + 8}" font-weight="bold">${name} a day</text>`,
    `<polygon points="${x(0)},${bottom} ${line(({ waiting }) => waiting / most)} ${x(1440)},${bottom}" fill="#7aa6c2"/>`,
    `<polyline points="${line(({ workers }) => workers / mostWorkers)}" fill="none" stroke="#b5480f" stroke-width="1"/>`,
    `<path d="M${left} ${bottom}H${width - right}" stroke="#333"/>`,
    `<text x="${left - 6}" y="${top + 24}" text-anchor="end" fill="#33658a">${most}</text>`,
    `<text x="${left - 6}" y="${top + 38}" text-anchor="end" fill="#33658a">waiting</text>`,
    `<text x="${width - right + 6}" y="${top + 24}" fill="#b5480f">${mostWorkers}</text>`,
    `<text x="${width - right + 6}" y="${top + 38}" fill="#b5480f">workers</text>`,
    ...hours,
  ].join('\n');
}

/** The most of each `step` minutes; workers with those that are starting. */
interface Peak {
  readonly waiting: number;
  readonly workers: number;
}

const peaks = (minutes: Day['minutes']): Peak[] =>
  Array.from({ length: minutes.length / step }, (_, index) => {
    const part = minutes.slice(index * step, (index + 1) * step);
    return {
      waiting: Math.max(...part.map(({ waiting }) => waiting)),
      workers: Math.max(...part.map(({ workers, starting }) => workers + starting)),
    };
  });

/** Rows of a Markdown table. */
export function loadTable(days: readonly { readonly name: string; readonly day: Day }[]): string {
  const seconds = (value: number) =>
    value < 120 ? `${value.toFixed(0)} s` : `${(value / 60).toFixed(0)} min`;
  const rows = days.map(({ name, day }) => {
    const most = Math.max(...day.minutes.map(({ workers, starting }) => workers + starting));
    const deepest = Math.max(...day.minutes.map(({ waiting }) => waiting));
    const { median, p95, longest } = day.wait;
    return `| ${[name, day.tasks, deepest, most, day.starts, day.workerHours.toFixed(0), seconds(median), seconds(p95), seconds(longest)].join(' | ')} |`;
  });
  return [
    '| a day | tasks | most waiting | most workers | starts | worker hours | median | 95 % | longest |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

if (import.meta.main) {
  const days = scenarios.map(({ name, load, lane }) => ({ name, day: simulateDay(load, lane) }));
  writeFileSync(new URL('./load.svg', import.meta.url), loadPlot(days));
  process.stdout.write(`${loadTable(days)}\n`);
}

/** The simulated day: every task is done, the same seed gives the same day, lanes keep to their limits. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CpuLane, type GpuLane, hourShares, simulateDay } from '../../infra/load-simulation.ts';
import { loadPlot, loadTable, scenarios } from '../../infra/plot-load.ts';

const load = { imagesPerDay: 2000, studyImages: 20, methods: 4, taskSeconds: 4, seed: 3 };
const cpu: CpuLane = { kind: 'cpu', concurrency: 20, coldStartSeconds: 3, keptSeconds: 600 };
const gpu: GpuLane = { kind: 'gpu', most: 3, targetSeconds: 900, startSeconds: 240, idleSeconds: 90 };

describe.each([
  ['cpu', cpu, 20],
  ['gpu', gpu, 3],
])('a day on the %s lane', (_, lane, most) => {
  const day = simulateDay(load, lane);

  it('ends with every task done, within its limit of workers', () => {
    expect(day.done).toBe(day.tasks);
    expect(Math.max(...day.minutes.map(({ workers, starting }) => workers + starting))).toBeLessThanOrEqual(
      most,
    );
    expect(day.minutes).toHaveLength(1440);
  });

  it('brings about as many tasks as asked for (Poisson studies, five standard deviations)', () => {
    const studies = load.imagesPerDay / load.studyImages;
    const tasks = load.imagesPerDay * load.methods;
    expect(Math.abs(day.tasks - tasks)).toBeLessThan(
      5 * Math.sqrt(studies) * load.studyImages * load.methods,
    );
  });

  it('is the same again with its seed, and another with another', () => {
    expect(simulateDay(load, lane)).toEqual(day);
    expect(simulateDay({ ...load, seed: 4 }, lane)).not.toEqual(day);
  });

  it('has workers for at least the time that its tasks take', () => {
    const working = (day.tasks * load.taskSeconds) / 3600;
    expect(day.workerHours).toBeGreaterThan(0.95 * working);
  });
});

describe('more of it', () => {
  it('waits longer with fewer functions, and never less than its cold start at first', () => {
    const few = simulateDay(load, { ...cpu, concurrency: 2 });
    expect(few.wait.p95).toBeGreaterThan(simulateDay(load, cpu).wait.p95);
    expect(simulateDay(load, { ...cpu, coldStartSeconds: 60 }).wait.longest).toBeGreaterThan(60);
  });

  it('no gpu worker is there without work', () => {
    const { minutes } = simulateDay({ ...load, imagesPerDay: 0 }, gpu);
    expect(minutes.every(({ workers, starting }) => workers + starting === 0)).toBe(true);
  });

  it('nights are quiet: 24 hours, the busiest at least ten times the quietest', () => {
    expect(hourShares).toHaveLength(24);
    expect(Math.max(...hourShares) / Math.min(...hourShares)).toBeGreaterThan(10);
  });
});

describe('plot and table', () => {
  it('of infra/README.md are what the simulation gives', () => {
    const days = scenarios.map(({ name, load: asked, lane }) => ({ name, day: simulateDay(asked, lane) }));
    const read = (name: string) => readFileSync(new URL(`../../infra/${name}`, import.meta.url), 'utf8');
    expect(read('load.svg') === loadPlot(days)).toBe(true);
    const cells = (text: string) => text.replaceAll(/[ -]+/g, ' ');
    for (const row of loadTable(days).split('\n').slice(2))
      expect(cells(read('README.md'))).toContain(cells(row));
  });
});

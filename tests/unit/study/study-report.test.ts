import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { studyReportCommand } from '../../../functions/cli/study-report-command.ts';
import { chartPng, reportCharts } from '../../../functions/study/report/charts.ts';
import { reportPage } from '../../../functions/study/report/report-page.ts';
import { studyPlanSchema, studySpecSchema } from '../../../shared/manifest/study.ts';
import { type StudyReport, studyReportSchema } from '../../../shared/manifest/study-report.ts';
import { type StudyResult, studyResultSchema } from '../../../shared/manifest/study-result.ts';
import { buildStudyReport } from '../../../shared/study/build-report.ts';
import { planStudy } from '../../../shared/study/plan-study.ts';
import { spotImages, writePrepared } from './spot-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'cxai-report-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = writePrepared(folder, spotImages(64));

const spec = studySpecSchema.parse({
  schema: 'cxai.study/1',
  id: 'spots',
  name: 'Spots <b>',
  data: { folder: 'x', classes: { plain: ['a'], spot: ['b'] } },
  search: { kind: 'grid', over: { blocks: [2, 3], batch: [8, 16], learningRate: [0.01, 0.1] } },
});
const plan = studyPlanSchema.parse(planStudy(spec, data));

/** A run whose validation accuracy is `accuracy`; every `wrong`-th answer on the test part is wrong. */
function resultOf(
  place: number,
  accuracy: number,
  changes: Partial<StudyResult> = {},
  wrong = 8,
): StudyResult {
  const { key, job } = plan.jobs[place]!;
  const predictions = data.images
    .filter(({ part }) => part === 'test')
    .map(({ digest, label }, n) => {
      const p = n % wrong === 0 ? 0.3 : 0.9;
      return { image: digest, label, probabilities: label === 1 ? [1 - p, p] : [p, 1 - p] };
    });
  const score = { loss: 1 - accuracy, accuracy };
  return studyResultSchema.parse({
    schema: 'cxai.study-result/1',
    key,
    dataDigest: data.digest,
    classes: data.classes,
    configuration: job.configuration,
    training: job.training,
    seed: job.seed,
    epochs: [1, 2, 3].map((epoch) => ({ epoch, train: score, validation: score, seconds: 2 })),
    bestEpoch: 2,
    ended: 'all-epochs',
    validation: { ...score, predictions: [] },
    test: { loss: 0.2, accuracy: 1 - 2 / 16, predictions },
    parameters: 1000,
    flops: 5000,
    trainingImages: 32,
    seconds: 7,
    threads: 1,
    engine: 'test',
    weights: { key: `weights/${key}.onnx`, digest: data.digest, bytes: 1 },
    ...changes,
  });
}

const results = [
  resultOf(0, 0.8),
  resultOf(1, 0.5, { ended: 'diverged', epochs: resultOf(1, 0.5).epochs.slice(0, 1) }),
  resultOf(2, 0.95),
  resultOf(2, 0.9, { seed: 2, key: 'a'.repeat(32) }, 16),
  resultOf(5, 0.7),
];
const build = (changes: object = {}): StudyReport =>
  studyReportSchema.parse(buildStudyReport({ plan, data, results, ...changes }));

describe('buildStudyReport', () => {
  it('tells finished, diverged and missing configurations apart', () => {
    const { totals, configurations } = build();
    expect(totals).toMatchObject({ configurations: 8, finished: 3, diverged: 1, missing: 4, seconds: 35 });
    expect(configurations[3]).toMatchObject({ state: 'missing', best: null, epochs: [], cost: null });
    expect(configurations[0]!.cost!.trainingFlops).toBe(3 * 5000 * 32 * 3);
    expect(configurations[0]!.cost!.imagesPerSecond).toBe(16);
  });

  it('chooses by validation, whatever the test says, and takes in further seeds', () => {
    const { winner } = build();
    expect(winner!.configuration).toEqual(plan.jobs[2]!.job.configuration);
    expect(winner!.product).toBe(plan.jobs[2]!.key);
    expect(winner!.seeds.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(winner!.test!.accuracy).toMatchObject({ runs: 2, mean: (14 / 16 + 15 / 16) / 2 });
    expect(winner!.seeds[0]!.test!.byGroup).toMatchObject({ groups: 16, accuracy: 14 / 16 });
  });

  it('means each value over the configurations that have it', () => {
    const [blocks, , rate] = build().effects;
    expect(blocks).toMatchObject({ hyperparameter: 'blocks' });
    expect(blocks!.levels[0]!.validationAccuracy!.mean).toBeCloseTo((0.8 + 0.5 + 0.95) / 3, 12);
    expect(rate!.levels.map(({ diverged }) => diverged)).toEqual([0, 1]);
  });

  it('puts the naive split beside, and none where it holds other configurations', () => {
    const naive = {
      data: { ...data, split: { ...data.split, by: 'image' } },
      results: [resultOf(2, 0.9, {}, 100)],
    };
    expect(build({ naive }).naive!.difference).toBeCloseTo(15 / 16 - (14 / 16 + 15 / 16) / 2, 12);
    expect(build({ naive: { ...naive, results: [results[0]] } }).naive).toBeNull();
  });

  it('reports a study of which nothing has run', () => {
    expect(build({ results: [] })).toMatchObject({ winner: null, totals: { missing: 8 } });
  });
});

describe('the written report', () => {
  it.each([
    ['with results', results, 8],
    ['without any', [], 5],
  ])('draws every chart %s', async (_, given, count) => {
    const charts = reportCharts(build({ results: given }));
    expect(charts).toHaveLength(count);
    const sizes = await Promise.all(charts.map(async (chart) => sharp(await chartPng(chart)).metadata()));
    for (const { width, height } of sizes) expect(Math.min(width!, height!)).toBeGreaterThan(600);
    expect(charts.map(({ svg }) => svg).join('')).not.toContain('NaN');
  });

  it('is one page: no script, nothing fetched, text escaped', () => {
    const report = build();
    const page = reportPage(report, reportCharts(report));
    expect(page).not.toMatch(/<script|<link|@import|src=|url\(/);
    expect(page.match(/https?:\/\/[^"]+/g)!.every((url) => url.includes('www.w3.org'))).toBe(true);
    expect(page).toContain('Spots &#60;b&#62;');
    expect(page).not.toContain(data.images[0]!.digest);
  });

  it('refuses a folder that is no study', async () => {
    await expect(studyReportCommand(folder, {}, {} as never)).rejects.toMatchObject({ code: 'study-folder' });
    expect(() => readFileSync(join(folder, 'report.json'))).toThrow();
  });
});

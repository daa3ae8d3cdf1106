/** The study page in a real browser, and what it computes from a report. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StudyReport } from '../../shared/manifest/study-report.ts';
import { chartScale, roundTicks } from '../../viewer/src/lib/chart/chart-scale.ts';
import { curveOf, curvePanels, rangeOf } from '../../viewer/src/lib/study/curves.ts';
import { sortedGrid } from '../../viewer/src/lib/study/grid.ts';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { desktop, openPage, phone } from './fixture/browser.ts';
import { exampleStudy, writeExampleStudy } from './fixture/example-study.ts';
import { openTestSite, type TestSite } from './fixture/site.ts';

describe('an axis', () => {
  it('has round ticks inside its range and rounds its ends out', () => {
    expect(roundTicks(0.12, 0.98, 4)).toEqual([0.2, 0.4, 0.6, 0.8]);
    const scale = chartScale([3, 97], [0, 100], { rounded: true });
    expect(scale.ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(scale.at(50)).toBe(50);
  });

  it('by powers of two puts doublings at equal distances and clips what lies outside', () => {
    const { at, ticks } = chartScale([1, 64], [0, 60], { log: true });
    expect(ticks).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(at(8)).toBeCloseTo(30, 12);
    expect(at(1000)).toBe(60);
  });
});

describe('a study', () => {
  const report = exampleStudy();

  it('has one panel a depth, with every configuration in exactly one', () => {
    const panels = curvePanels(report);
    expect(panels.map(({ value }) => value)).toEqual([3, 5, 7]);
    expect(panels.flatMap(({ configurations }) => configurations)).toHaveLength(36);
  });

  it('keeps a diverged epoch as a gap and cuts only the losses that run away', () => {
    const diverged = report.configurations.find(({ state }) => state === 'diverged')!;
    expect(curveOf(diverged, 'validation loss').at(-1)).toBeNull();
    expect(rangeOf(report.configurations, 'validation accuracy')[1]).toBe(1);
  });

  it('sorts by any column, rows without a value last either way', () => {
    const missing = { ...report.configurations[0]!, best: null, key: 'f'.repeat(32) };
    const rows = [missing, ...report.configurations];
    for (const descending of [true, false]) {
      const sorted = sortedGrid(rows, { column: 'accuracy', descending });
      expect(sorted.at(-1)).toBe(missing);
      const values = sorted.slice(0, -1).map(({ best }) => best!.validation.accuracy!);
      expect(values).toEqual(values.toSorted((a, b) => (descending ? b - a : a - b)));
    }
  });
});

describe('the study page', () => {
  let testSite: TestSite;
  let served: Awaited<ReturnType<TestSite['serve']>>;
  let report: StudyReport;
  beforeAll(async () => {
    testSite = await openTestSite();
    served = await testSite.serve();
    report = await writeExampleStudy(served.data, 'brain-mri-cnn3');
  });
  afterEach(() => testSite?.closePages());
  afterAll(() => testSite?.close());
  const open = (path: string, screen = desktop) => openPage(testSite.browser, `${served.url}${path}`, screen);

  it('lights the configuration that is pointed at in its panel and in the table', async () => {
    const { page, errors } = await open('study/');
    const key = report.configurations[13]!.key;
    await page.locator(`tr[data-key="${key}"]`).hover();
    await page.locator('.panels .series.on').waitFor();
    expect(await page.locator('.panels .series.on').count()).toBe(1);
    expect(await page.locator('.panels .series.off').count()).toBe(35);
    const line = page.locator('.panels .series .reach').first();
    await line.scrollIntoViewIfNeeded();
    const place = await line.evaluate((drawn: SVGPolylineElement) => {
      const { x, y } = drawn.points.getItem(3).matrixTransform(drawn.getScreenCTM()!);
      return { x, y };
    });
    await page.mouse.move(place.x, place.y);
    await page.locator('tr.on').waitFor();
    expect(errors).toEqual([]);
  });

  it('sorts the grid by the heading that is pressed and says so', async () => {
    const { page } = await open('study/#study=brain');
    const heading = page.locator('th', { hasText: 'Parameters' });
    await heading.getByRole('button').press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    const depth = page.locator('tbody tr[data-key]').first().locator('td').first();
    expect(await depth.textContent()).toBe('3');
    await heading.getByRole('button').press('Enter');
    expect(await depth.textContent()).toBe('7');
  });

  it('shows the figures of the report: accuracy, confusion, leaks and notes', async () => {
    const { page } = await open('study/', phone);
    await page.getByText('97.47 %').first().waitFor();
    const text = (await page.locator('main').textContent()) ?? '';
    expect(await page.getByRole('link', { name: 'Its model card' }).getAttribute('href')).toBe(
      '../model/#model=brain-mri-cnn3',
    );
    for (const shown of [
      '± 0.25 %',
      '0 of 450 test images',
      '63 of 450',
      '1.42 points more',
      'Made up for tests',
    ]) {
      expect(text.replaceAll(/\s+/g, ' ')).toContain(shown);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('draws lines that stand out in the light theme, and breaks no figure from its unit', async () => {
    const { page } = await open('study/', phone);
    await page.getByText('97.47 %').first().waitFor();
    const lines = (text: string) =>
      page
        .getByText(text)
        .first()
        .evaluate((element) => element.getClientRects().length);
    expect(await lines('± 0.25 %')).toBe(1);
    const line = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--chart-1'));
    expect(await line()).toBe('');
    await page.getByRole('button', { name: 'Light theme' }).click();
    expect(await line()).toBe('#0a66c2');
  });

  it('explains how to make a study where there is none, and what is wrong with one it cannot read', async () => {
    const bare = await testSite.serve();
    const { page } = await openPage(testSite.browser, `${bare.url}study/`);
    await page.getByText('npx cxai study report').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await writeExampleStudy(bare.data);
    await writeFile(join(bare.data, 'studies/brain/report.json'), '{"schema":"cxai.study-report/9"}');
    await page.reload();
    await page.getByText('written for another version').waitFor();
  });
});

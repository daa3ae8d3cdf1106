import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { openPage, phone } from './fixture/browser.ts';
import { entryOf, exampleManifest, exampleRunId } from './fixture/example-run.ts';
import { useExampleSite } from './fixture/example-site.ts';
import { exampleRuns, writeIndex, writeRun } from './fixture/write-data-root.ts';

const example = useExampleSite();

const open = (fragment = '', screen?: typeof phone) =>
  openPage(example.testSite.browser, `${example.served.url}${fragment}`, screen);

describe('the gallery', () => {
  it('shows every run with its class, probability, model and status, and nothing on the console', async () => {
    const { page, errors } = await open();
    await page.waitForSelector('.card img:nth-of-type(2)');
    expect(await page.locator('.card').count()).toBe(8);
    const first = await page.locator('.card').first().textContent();
    expect(first).toMatch(/pituitary tumor\s*96\.4 %[\s\S]*brain-mri-cnn3[\s\S]*8 methods[\s\S]*Complete/);
    expect(await page.getByText('RESEARCH USE').isVisible()).toBe(true);
    const empty = () =>
      page
        .locator('.card img')
        .evaluateAll((all) => all.filter((image) => (image as HTMLImageElement).naturalWidth === 0).length);
    await expect.poll(empty).toBe(0);
    expect(errors).toEqual([]);
  });

  it('tells why a file was rejected and what to do', async () => {
    const { page } = await open('#status=rejected');
    await page.getByText('Export the image again').waitFor();
    expect(await page.locator('.card').textContent()).toContain(
      'expected 65,536 bytes of pixels, got 12,288',
    );
  });

  it('names the methods that failed', async () => {
    const { page } = await open('#status=partial');
    await page.locator('.card').first().waitFor();
    expect(await page.locator('.card').allInnerTexts()).toEqual([
      expect.stringContaining('1 of 8 methods failed: Blur IG'),
      expect.stringContaining('2 of 8 methods failed: Guided IG, XRAI'),
    ]);
  });

  it('filters as one types, and the link restores the filter', async () => {
    const { page } = await open();
    await page.getByLabel('Filter runs').fill('glioma');
    await page.getByLabel('Order').selectOption('least-certain');
    const shown = await page.locator('.card h2').allInnerTexts();
    expect(shown).toHaveLength(1);
    const again = await openPage(example.testSite.browser, page.url());
    await again.page.locator('.card').first().waitFor();
    expect(await again.page.locator('.card h2').allInnerTexts()).toEqual(shown);
    await again.page.getByLabel('Filter runs').fill('nothing like it');
    await again.page.getByRole('button', { name: 'Show all runs' }).click();
    expect(await again.page.locator('.card').count()).toBe(8);
  });

  it('puts first the runs on which the methods disagree most', async () => {
    const { page } = await open('#order=most-disagreement');
    await page.locator('.card').first().waitFor();
    const shares = (await page.locator('.card').allInnerTexts()).map(
      (text) => /disagree (\d+) %/.exec(text)?.[1],
    );
    expect(shares.slice(0, 2)).toEqual(['96', '85']);
    expect(shares.at(-1)).toBeUndefined();
  });

  it('lets new runs slide in, and asks with the tag it has while nothing changes', async () => {
    const live = await example.testSite.serve();
    const runs = exampleRuns().map(entryOf);
    await writeIndex(live.data, runs);
    const { page } = await openPage(example.testSite.browser, `${live.url}#status=complete`);
    await page.locator('.card').first().waitFor();
    await expect
      .poll(() => live.answers.filter((line) => line === '304 data/index.json').length)
      .toBeGreaterThan(1);
    await writeRun(live.data, exampleManifest(13));
    await writeIndex(live.data, [entryOf(exampleManifest(13)), ...runs]);
    await page.locator('.card.arrived').waitFor();
    expect(await page.locator('.card').count()).toBe(5);
  });
});

describe('a gallery of a thousand runs', () => {
  it('shows the first at once, the last on scrolling, and older pages when asked', async () => {
    const many = await example.testSite.serve({ standIn: exampleRunId(8) });
    await writeRun(many.data, exampleManifest(8, { width: 48, height: 48 }));
    const entry = entryOf(exampleManifest(8));
    const time = (i: number) => new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString();
    const runs = Array.from({ length: 1250 }, (_, i) => ({
      ...entry,
      runId: exampleRunId(5000 - i),
      finishedAt: time(5000 - i),
    }));
    await writeIndex(many.data, runs.slice(0, 1000), [runs.slice(1000)]);
    const { page, errors } = await openPage(example.testSite.browser, many.url);
    await page.getByText('the newest 1,000 runs, live').waitFor();
    await page.getByLabel('Filter runs').fill('no such run');
    await page.getByText('0 runs of the newest 1,000 runs, live').waitFor();
    await page.getByText('None of the newest 1,000 runs matches.').waitFor();
    await page.getByLabel('Filter runs').fill('');
    expect(await page.locator('.card').count()).toBeLessThanOrEqual(180);
    const older = page.getByRole('button', { name: 'Load older runs' });
    while (!(await older.isVisible())) await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    expect(await page.locator('.card').count()).toBe(1000);
    await older.click();
    await page.getByText(/^\s*1,250 runs, live/).waitFor();
    expect(errors).toEqual([]);
  });
});

describe('a gallery without runs', () => {
  it('teaches how to drop the first file', async () => {
    const empty = await example.testSite.serve();
    await writeIndex(empty.data, []);
    const { page, errors } = await openPage(example.testSite.browser, empty.url);
    await page.getByText('Drop an image, read the explanations here').waitFor();
    const shown = await page.locator('pre').last().innerText();
    // Where nothing has been started it fails with 1; what is wrong use of the command ends with 2.
    const words = shown
      .trim()
      .replace(/^npm run cxai -- /, '')
      .split(' ');
    const script = fileURLToPath(new URL('../../functions/cli/cxai.ts', import.meta.url));
    const { status } = spawnSync(process.execPath, [script, ...words], { cwd: empty.data });
    expect([words, status]).toEqual([expect.arrayContaining(['drop', 'scan.png']), 1]);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('says so where the results cannot be reached, and recovers by itself', async () => {
    const lost = await example.testSite.serve();
    await writeIndex(lost.data, exampleRuns().map(entryOf));
    const { page } = await openPage(example.testSite.browser, lost.url);
    await page.locator('.card').first().waitFor();
    await rm(join(lost.data, 'index.json'));
    await page.locator('.dot.lost').waitFor();
    expect(await page.locator('.card').count()).toBe(8);
    await writeIndex(lost.data, []);
    await page.locator('.dot.lost').waitFor({ state: 'detached' });
  });

  it('explains a data root that is not there at all', async () => {
    const absent = await example.testSite.serve();
    const { page } = await openPage(example.testSite.browser, absent.url);
    await page.getByText('Nothing is stored here yet').waitFor();
    expect(await page.locator('main').textContent()).toContain('This page keeps looking');
  });
});

describe('the gallery for everyone', () => {
  it('has no accessibility fault that axe finds, on a desk and on a phone', async () => {
    for (const screen of [undefined, phone]) {
      const { page } = await open('', screen);
      await page.waitForSelector('.card img:nth-of-type(2)');
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Light theme' }).click();
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  });

  it('fits a phone without scrolling sideways', async () => {
    const { page } = await open('', phone);
    await page.locator('.card').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { readRunFragment, writeRunFragment } from '../../viewer/src/lib/run-fragment.ts';
import { initialView } from '../../viewer/src/lib/view.ts';
import { packView } from '../../viewer/src/lib/view-link.ts';
import { openPage, type Screen } from './fixture/browser.ts';
import { exampleManifest, exampleRunId } from './fixture/example-run.ts';
import { useExampleSite } from './fixture/example-site.ts';
import { openRun } from './fixture/open-run.ts';
import { writeUnfinishedRun } from './fixture/write-data-root.ts';

const example = useExampleSite();

const open = (run: number, screen?: Screen) => openRun(example, run, screen);

describe('reading and taking away', () => {
  const decideFor = async (page: Page, reading: string) => {
    await page.getByLabel('What do you see?').selectOption(reading);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('96.4 %').first().waitFor();
  };
  const savedFeedback = async (page: Page) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ]);
    return JSON.parse(await readFile(await download.path(), 'utf8'));
  };
  /** Read first, asked for by the link: the answer has never been on the page. */
  const openBlind = async (run: number) => {
    const { page } = await open(run);
    await page.getByRole('button', { name: 'Read first' }).click();
    await page.waitForURL(/view=/);
    const blind = await openPage(example.testSite.browser, page.url());
    await blind.page.getByText('Your reading').waitFor();
    return blind.page;
  };

  it('hides the answer until the reader has decided, and saves both', async () => {
    const page = await openBlind(8);
    expect(await page.locator('[data-panel]').count()).toBe(1);
    const hidden = `${await page.title()} ${await page.locator('body').textContent()}`;
    expect(hidden).not.toContain('96.4');
    await decideFor(page, 'glioma');
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Classes');
    expect(await savedFeedback(page)).toMatchObject({
      reading: 'glioma',
      modelAnswer: 'pituitary tumor',
      modelProbability: expect.closeTo(0.964, 2),
      decidedBeforeAnswer: true,
    });
  });

  it('does not call a reading blind whose answer was on the page before', async () => {
    const { page } = await open(8);
    await page.getByRole('button', { name: 'Read first' }).click();
    await decideFor(page, 'glioma');
    await page.getByText('You had seen its answer before.').waitFor();
    expect(await savedFeedback(page)).toMatchObject({ decidedBeforeAnswer: false, reading: 'glioma' });
  });

  it('keeps what was said while other runs are looked at, and asks before it is lost', async () => {
    const page = await openBlind(8);
    await decideFor(page, 'glioma');
    await page.getByLabel('Note').fill('rim enhances');
    await page.locator('button[aria-label="Next run"]:enabled').click();
    await page.waitForURL(new RegExp(exampleRunId(7)));
    await page.getByText('Your reading').waitFor();
    await page.locator('button[aria-label="Previous run"]:enabled').click();
    await page.waitForURL(new RegExp(exampleRunId(8)));
    await page.getByRole('button', { name: 'Reveal' }).click();
    expect(await page.getByLabel('Note').inputValue()).toBe('rim enhances');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => asked).toEqual(['beforeunload']);
  });

  it('does not let the answer flash up when a link that hides it is opened, nor on the next run', async () => {
    const { page } = await open(8);
    await page.getByRole('button', { name: 'Read first' }).click();
    await page.waitForURL(/view=/);
    const again = await openPage(example.testSite.browser, page.url());
    await again.page.getByText('Your reading').waitFor();
    expect(await again.page.locator('body').textContent()).not.toContain('96.4');
    await again.page.getByRole('button', { name: 'Reveal' }).click();
    await again.page.locator('button[aria-label="Next run"]:enabled').click();
    await again.page.waitForURL(new RegExp(exampleRunId(7)));
    await again.page.getByText('Your reading').waitFor();
    expect(await again.page.locator('body').textContent()).not.toContain('67.3');
  });

  it('leaves the class unsaid while a run that is to be read first is still being explained', async () => {
    const later = await example.testSite.serve();
    const manifest = exampleManifest(10);
    await writeUnfinishedRun(later.data, manifest, 3);
    const view = await packView({ ...initialView, hidden: true });
    const link = writeRunFragment({ ...readRunFragment(''), runId: manifest.runId, view });
    const { page } = await openPage(example.testSite.browser, `${later.url}run/#${link}`);
    await page.getByText('3 of 8 methods have ended').waitFor();
    expect(await page.locator('.progress h2').textContent()).toBe('Being explained');
  });

  it('exports a picture of all panels, a table and the manifest', async () => {
    const { page } = await open(7);
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ]);
      return readFile(await download.path());
    };
    expect((await saved('PNG')).subarray(1, 4).toString()).toBe('PNG');
    const rows = (await saved('CSV')).toString().trim().split('\r\n');
    expect(rows).toHaveLength(9);
    expect(new Set(rows.map((row) => row.replace(/"[^"]*"/g, '').split(',').length))).toEqual(new Set([26]));
    expect(JSON.parse((await saved('JSON')).toString()).manifest.runId).toBe(exampleRunId(7));
  });
});

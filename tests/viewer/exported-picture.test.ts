import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openPage } from './fixture/browser.ts';
import { exampleRunId } from './fixture/example-run.ts';
import { useExampleSite } from './fixture/example-site.ts';

const example = useExampleSite();

describe('the exported picture', () => {
  /** Its pixels, and every text drawn into it. */
  async function exported(page: Page) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PNG', exact: true }).click(),
    ]);
    const { data, info } = await sharp(await download.path())
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
    ];
    return { ...info, at, words: await page.evaluate<string[]>('drawnWords.splice(0)') };
  }
  async function openRecorded() {
    const { page, errors } = await openPage(example.testSite.browser, `${example.served.url}model/`);
    await page.addInitScript(() => {
      const drawn: string[] = [];
      Object.assign(window, { drawnWords: drawn });
      const { fillText } = OffscreenCanvasRenderingContext2D.prototype;
      OffscreenCanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        drawn.push(text);
        fillText.call(this, text, ...place);
      };
    });
    errors.splice(0);
    await page.goto(`${example.served.url}run/#run=${exampleRunId(8)}`);
    await page.locator('[data-panel=grad-cam] .ticks span').first().waitFor();
    await page.locator('[data-panel=gradients] .ticks span').first().waitFor();
    return { page, errors };
  }

  it('says below each map what its colors mean and how far to trust it, and once how all are shown', async () => {
    const { page, errors } = await openRecorded();
    await page.getByLabel('Strongest pixels').fill('7');
    const { words } = await exported(page);
    const text = words.join(' ');
    expect(words).toEqual(expect.arrayContaining(['Grad-CAM', 'score', '0', 'map 0 … 1.75']));
    expect(text).toContain('trust check: sanity passed');
    expect(text).toContain('trust check: sanity failed');
    expect(text).toMatch(/Sanity check failed: with random weights the model gets a map 0\.77 similar/);
    expect(text).toContain('trust check: controls failed');
    expect(text).toContain('Maps: top 7 %, fill, own scale, opacity 70 %. Image: window 0 … 1,840.');
    await page.getByRole('button', { name: 'Contour' }).click();
    await page.getByRole('button', { name: 'Shared' }).click();
    const outlined = (await exported(page)).words.join(' ');
    expect(outlined).toMatch(/outline for the class, from 0\.\d+ on outline against it, from −0\.\d+ on/);
    expect(outlined).toContain('Maps: top 7 %, contour, one scale for all maps of a unit');
    expect(errors).toEqual([]);
  });

  it('shows what lies over the panels: the probe, the region, the border of a swipe', async () => {
    const { page } = await openRecorded();
    const plain = await exported(page);
    await page.keyboard.press('p');
    await page.getByText('(128, 128)').first().waitFor();
    const probed = await exported(page);
    // The first cell begins 12 px from the left and 12 + 28 px from the top, and is 480 px wide.
    const across = (picture: typeof plain) =>
      Math.max(...Array.from({ length: 9 }, (_, i) => picture.at(12 + 240 - 4 + i, 12 + 28 + 4)[0]!));
    expect(across(plain)).toBeLessThan(10);
    expect(across(probed)).toBeGreaterThan(60);
    expect(probed.words.join(' ')).toContain('probe (128, 128)');
    await page.keyboard.press('s');
    await page.locator('[data-panel=comparison]').waitFor();
    await page.getByLabel('Border').fill('0.25');
    const swiped = await exported(page);
    expect(swiped.words).toContain('Swipe: Grad-CAM and Integrated gradients');
    const row = Array.from({ length: 60 }, (_, i) => swiped.at(12 + 480 + 12 + 90 + i, 12 + 28 + 240));
    expect(row).toContainEqual([0x5c, 0xc8, 0xff]);
  });
});

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { openPage, phone, type Screen } from './fixture/browser.ts';
import { entryOf, exampleManifest, exampleRunId } from './fixture/example-run.ts';
import { lesionOf } from './fixture/phantom.ts';
import { openTestSite, type TestSite } from './fixture/site.ts';
import { writeExampleRoot, writeIndex, writeRun, writeUnfinishedRun } from './fixture/write-data-root.ts';

let testSite: TestSite;
let served: Awaited<ReturnType<TestSite['serve']>>;

beforeAll(async () => {
  testSite = await openTestSite();
  served = await testSite.serve();
  await writeExampleRoot(served.data);
});
afterEach(() => testSite?.closePages());
afterAll(() => testSite?.close());

async function open(run: number, screen?: Screen) {
  const opened = await openPage(testSite.browser, `${served.url}run/#run=${exampleRunId(run)}`, screen);
  await opened.page.locator('[data-panel=grad-cam] .ticks span').first().waitFor();
  await opened.page.getByText('Agreement between methods').waitFor();
  return opened;
}

/** The color of a panel where (u, v) of the whole panel lies, 0 … 1. */
const colorAt = (page: Page, panel: string, u: number, v: number) =>
  page
    .locator(`[data-panel=${panel}] canvas`)
    .first()
    .evaluate(
      (element, [x, y]) => {
        const canvas = element as HTMLCanvasElement;
        const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
        copy.drawImage(canvas, -Math.floor(x! * canvas.width), -Math.floor(y! * canvas.height));
        const { data } = copy.getImageData(0, 0, 1, 1);
        return [data[0]!, data[1]!, data[2]!];
      },
      [u, v],
    );
const isGray = ([red, green, blue]: number[]) =>
  Math.max(Math.abs(red! - green!), Math.abs(green! - blue!)) <= 2;

describe('the run page', () => {
  it('shows the image and a panel per method, with what each cost and means, and no word on the console', async () => {
    const { page, errors } = await open(8);
    expect(
      await page
        .locator('[data-panel]')
        .evaluateAll((all) => all.map((panel) => panel.getAttribute('data-panel'))),
    ).toEqual([
      'raw',
      'grad-cam',
      'integrated-gradients',
      'guided-ig',
      'blur-ig',
      'smoothgrad',
      'xrai',
      'occlusion',
      'gradients',
    ]);
    const panel = await page.locator('[data-panel=guided-ig]').textContent();
    expect(panel).toMatch(/score[\s\S]*200 gradients · 4\.4 s[\s\S]*gap 4\.2 %/);
    expect(await page.locator('h1').textContent()).toMatch(
      /pituitary tumor\s*96\.4 %\s*Brain MRI CNN-3 · 1\.3\.0/,
    );
    expect(await page.getByText('RESEARCH USE').isVisible()).toBe(true);
    await page.getByText('Provenance').click();
    expect(await page.locator('dl').textContent()).toContain('cxai 0.1.0');
    expect(errors).toEqual([]);
  });

  it('colors the lesion in the maps, where the model saw it, and never the image', async () => {
    for (const run of [8, 5]) {
      const { page } = await open(run);
      const { x, y } = lesionOf(run);
      // Run 5 is 320 × 224 and letterboxed; its model saw the middle 224 × 224 only.
      const [u, v] = run === 8 ? [x, y] : [x, 0.5 + (y - 0.5) * 0.7];
      expect(isGray(await colorAt(page, 'grad-cam', u, v)), `map of run ${run}`).toBe(false);
      expect(isGray(await colorAt(page, 'raw', u, v)), `image of run ${run}`).toBe(true);
      expect(isGray(await colorAt(page, 'grad-cam', 0.06, 0.5)), `outside of run ${run}`).toBe(true);
    }
  });

  it('dims the title of a map that fails a trust check, and says which and why', async () => {
    const { page } = await open(8);
    const title = (method: string) =>
      page
        .locator(`[data-panel=${method}] h2`)
        .evaluate((element) =>
          [getComputedStyle(element).color, getComputedStyle(element).fontWeight].join(' '),
        );
    const badge = (method: string) => page.locator(`[data-panel=${method}] header .trust`);
    expect(await badge('xrai').innerText()).toBe('sanity');
    expect(await badge('xrai').getByRole('img', { name: 'passed' }).count()).toBe(1);
    expect(await badge('blur-ig').getByRole('img', { name: 'failed' }).count()).toBe(1);
    expect(await page.locator('[data-panel=blur-ig]').innerText()).toMatch(
      /Sanity check failed: with random weights[\s\S]*0\.77 similar[\s\S]*0\.38/,
    );
    expect(await badge('gradients').innerText()).toBe('controls');
    expect(await page.locator('[data-panel=gradients]').innerText()).toContain('no better than a random map');
    expect(await title('blur-ig')).not.toBe(await title('xrai'));
    expect(await title('blur-ig')).toBe(await title('gradients'));
  });

  it('shows a failed method as a panel with its reason and remedy, and the warnings', async () => {
    const { page, errors } = await open(7);
    const failed = await page.locator('[data-panel=blur-ig]').textContent();
    expect(failed).toContain('expected at most 3008 MB');
    expect(failed).toContain('Give the lane more memory');
    expect(failed).toContain('3 attempts');
    expect(await page.getByLabel('Warnings').textContent()).toContain('trained on 16-bit images');
    expect(errors).toEqual([]);
  });

  it('shows a rejected file with its reason and remedy', async () => {
    const { page } = await openPage(testSite.browser, `${served.url}run/#run=${exampleRunId(6)}`);
    await page.getByText('This file could not be explained').waitFor();
    expect(await page.locator('main').textContent()).toMatch(
      /12,288[\s\S]*Export the image again[\s\S]*image-truncated/,
    );
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('waits for a run that is not there yet and shows it when it comes', async () => {
    const later = await testSite.serve();
    const manifest = exampleManifest(9);
    await writeIndex(later.data, []);
    const { page } = await openPage(testSite.browser, `${later.url}run/#run=${manifest.runId}`);
    await page.getByText('Nothing is stored here yet').waitFor();
    await writeRun(later.data, manifest);
    await writeIndex(later.data, [entryOf(manifest)]);
    await page.locator('[data-panel=grad-cam]').waitFor();
  });

  it('shows how far a run is while it is being explained, and opens it when it is done', async () => {
    const later = await testSite.serve();
    const manifest = exampleManifest(10, { failing: ['integrated-gradients'] });
    await writeUnfinishedRun(later.data, manifest, 3);
    const { page } = await openPage(testSite.browser, `${later.url}run/#run=${manifest.runId}`);
    await page.getByText('3 of 8 methods have ended').waitFor();
    expect(await page.locator('.progress li').allTextContents()).toEqual(
      expect.arrayContaining(['Grad-CAM 31 ms', 'Integrated gradients failed', 'XRAI …']),
    );
    expect(await accessibilityFaults(page)).toEqual([]);
    await writeRun(later.data, manifest);
    await page.locator('[data-panel=grad-cam]').waitFor();
  });

  it('leads to the model and its card', async () => {
    const { page } = await open(7);
    await page.getByRole('link', { name: 'Brain MRI CNN-3' }).click();
    await page.getByText('Made up for tests').waitFor();
    expect(await page.locator('main').textContent()).toMatch(/stretched[\s\S]*Apache-2\.0/);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('says what a link without a run lacks', async () => {
    const { page } = await openPage(testSite.browser, `${served.url}run/`);
    await page.getByText('This link names no run').waitFor();
  });
});

describe('the view', () => {
  it('follows the keyboard, and hides the overlays while O is held', async () => {
    const { page } = await open(8);
    const { x, y } = lesionOf(8);
    await page.keyboard.press(']');
    await page.keyboard.press(',');
    expect(await page.locator('output').allInnerTexts()).toEqual(
      expect.arrayContaining(['75 %', 'top 15 %']),
    );
    await page.keyboard.down('o');
    await expect.poll(async () => isGray(await colorAt(page, 'grad-cam', x, y))).toBe(true);
    await page.keyboard.up('o');
    await expect.poll(async () => isGray(await colorAt(page, 'grad-cam', x, y))).toBe(false);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.dataset.panel')).toBe('guided-ig');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').textContent()).toContain('Hold to hide the overlays');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('is restored whole by its link', async () => {
    const { page } = await open(8);
    await page.locator('.main').evaluate((element) => element.setAttribute('data-kept', 'yes'));
    await page.getByLabel('Strongest pixels').fill('7');
    for (const key of ['c', 'h', '+', 's']) await page.keyboard.press(key);
    await page.waitForURL(/view=/);
    await page.waitForTimeout(400);
    expect(await page.locator('.main').getAttribute('data-kept'), 'the page is not built anew').toBe('yes');
    const again = await openPage(testSite.browser, page.url());
    await again.page.locator('[data-panel=comparison]').waitFor();
    expect(await again.page.getByLabel('Strongest pixels').inputValue()).toBe('7');
    for (const name of ['Contour', 'Shared', 'Swipe']) {
      expect(await again.page.getByRole('button', { name }).getAttribute('aria-pressed'), name).toBe('true');
    }
    expect(await again.page.getByTitle('Whole image').textContent()).toBe('125 %');
    expect(page.url().length).toBeLessThan(250);
  });

  it('goes to the next and the previous run, in the order of the list it came from', async () => {
    const list = encodeURIComponent('status=partial');
    const { page } = await openPage(
      testSite.browser,
      `${served.url}run/#run=${exampleRunId(7)}&list=${list}`,
    );
    await page.locator('button[aria-label="Next run"]:enabled').waitFor();
    await page.keyboard.press('PageDown');
    await page.waitForURL(new RegExp(exampleRunId(2)));
    await page.getByText('63.1 %').first().waitFor();
    await page.locator('button[aria-label="Previous run"]:enabled').waitFor();
    await page.keyboard.press('PageUp');
    await page.getByText('67.3 %').first().waitFor();
  });

  it('shows how far to trust each map, and the link restores what is unfolded', async () => {
    const { page, errors } = await open(8);
    await page.locator('[data-panel=integrated-gradients] summary').click();
    for (const plot of ['insertion', 'deletion', 'SIC', 'Σ attribution', 'weights randomized']) {
      await page.locator('[data-panel=integrated-gradients]').getByRole('img', { name: plot }).waitFor();
    }
    await page.waitForURL(/view=/);
    const unfolded = page.url();
    await page.locator('.side summary').filter({ hasText: 'Faithfulness' }).click();
    await page.getByRole('button', { name: 'XRAI' }).click();
    expect(await page.evaluate('document.activeElement.dataset.panel')).toBe('xrai');
    // The link follows the view a moment later.
    await expect.poll(() => page.url()).not.toBe(unfolded);
    const again = await openPage(testSite.browser, page.url());
    await again.page.getByRole('img', { name: 'Σ attribution' }).waitFor();
    await again.page.getByText('Best control').waitFor();
    expect(errors).toEqual([]);
  });

  it('outlines evidence for and against in colors of their own, and says below what they mean', async () => {
    const { page, errors } = await open(8);
    await page.getByRole('button', { name: 'Contour' }).click();
    const keys = (panel: string) => page.locator(`[data-panel=${panel}] .key`);
    await expect
      .poll(() => keys('grad-cam').allInnerTexts())
      .toEqual([expect.stringMatching(/^outlined from 0\.\d+ on$/)]);
    expect(await keys('integrated-gradients').allInnerTexts()).toEqual([
      expect.stringMatching(/^for the class, from 0\.\d+ on$/),
      expect.stringMatching(/^against it, from −0\.\d+ on$/),
    ]);
    expect(await page.locator('[data-panel=integrated-gradients] .track canvas').count()).toBe(0);
    const hues = (panel: string) =>
      page.locator(`[data-panel=${panel}] .frame canvas`).evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
        let [orange, blue] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i]! > data[i + 2]! + 40) orange++;
          if (data[i + 2]! > data[i]! + 20) blue++;
        }
        return { orange, blue };
      });
    const signed = await hues('integrated-gradients');
    expect(signed.orange).toBeGreaterThan(100);
    expect(signed.blue).toBeGreaterThan(50);
    expect((await hues('grad-cam')).orange).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('compares every two methods, and anew once the slider rests', async () => {
    const { page, errors } = await open(8);
    await page.locator('.side summary').filter({ hasText: 'Agreement' }).click();
    const cells = page.locator('.side tbody tr').first().locator('td');
    await expect
      .poll(() => cells.allInnerTexts())
      .toEqual(['1.00', ...Array(7).fill(expect.stringMatching(/^(1\.00|\.\d\d)$/))]);
    const before = await cells.allInnerTexts();
    await page.getByLabel('Strongest pixels').fill('2');
    await page.getByRole('button', { name: 'Overlap, top 2 %' }).waitFor();
    expect(await cells.allInnerTexts()).not.toEqual(before);
    await page.getByRole('button', { name: 'Rank correlation' }).click();
    await page.getByText('correlate by about 0').waitFor();
    expect(await cells.first().innerText()).toBe('1.00');
    expect(errors).toEqual([]);
  });

  it('walks through the regions of XRAI, from the best to the whole image', async () => {
    const { page } = await open(8);
    const outside = () => colorAt(page, 'xrai', 0.5, 0.94);
    const steps = page.locator('[data-panel=xrai]').getByRole('group', { name: 'Region steps' });
    const before = await outside();
    await steps.getByRole('button', { name: 'Top 1 %' }).click();
    await page.getByText('Best regions').waitFor();
    await expect.poll(outside).not.toEqual(before);
    const [dark] = await outside();
    await steps.getByRole('button', { name: 'Top 100 %' }).click();
    await page.getByText('100 % of the image').waitFor();
    await expect.poll(async () => (await outside())[0]).toBeGreaterThan(2 * dark!);
    expect(isGray(await outside())).toBe(true);
    await steps.getByRole('button', { name: 'Map' }).click();
    await page.locator('[data-panel=xrai] .ticks').waitFor();
  });

  it('probes by keyboard alone', async () => {
    const { page } = await open(8);
    await page.keyboard.press('p');
    await page.getByText('(128, 128)').first().waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowUp');
    await page.getByText('(118, 127)').first().waitFor();
    expect(await page.locator('[data-panel=xrai] .across').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.getByText('point at a panel').waitFor();
  });

  it('probes every method under the pointer and links the cursor', async () => {
    const { page } = await open(8);
    await page.locator('[data-panel=guided-ig] .frame canvas').hover({ position: { x: 90, y: 120 } });
    expect(await page.locator('[data-panel=xrai] .across').count()).toBe(1);
    const values = await page.locator('.readings td:last-child').allInnerTexts();
    expect(values).toHaveLength(8);
    expect(values.every((value) => /^−?\d/.test(value))).toBe(true);
  });

  it('measures a region marked by dragging with Shift', async () => {
    const { page } = await open(8);
    const box = (await page.locator('[data-panel=raw] canvas').boundingBox())!;
    await page.keyboard.down('Shift');
    await page.mouse.move(box.x + 0.25 * box.width, box.y + 0.25 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.75 * box.width, box.y + 0.75 * box.height, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    expect(await page.locator('.readings').textContent()).toMatch(
      /1\d\d × 1\d\d pixels at \(6\d, 6\d\), 1\d,\d\d\d mm²/,
    );
    expect(await page.locator('.readings tbody tr').count()).toBe(9);
    expect(await page.locator('.readings tr.image').textContent()).toMatch(/Image\d{4,8}/);
    await page.getByLabel('left').fill('100');
    await page.getByLabel('left').press('Enter');
    await expect.poll(() => page.locator('.place').textContent()).toMatch(/at \(100, 6\d\)/);
    expect(await page.locator('.region').count()).toBe(9);
  });

  it('compares two methods by swipe, flicker and difference', async () => {
    const { page, errors } = await open(8);
    await page.keyboard.press('s');
    await page.getByLabel('First method').selectOption('xrai');
    await page.getByLabel('Border').fill('1');
    const whole = await colorAt(page, 'comparison', 0.4, 0.45);
    await page.getByLabel('Border').fill('0');
    await expect.poll(() => colorAt(page, 'comparison', 0.4, 0.45)).not.toEqual(whole);
    await page.keyboard.press('f');
    await page.getByText('Shown now: XRAI').waitFor();
    await page.getByText('Shown now: Grad-CAM').waitFor();
    await page.keyboard.press('d');
    await page.getByText('difference of shares').waitFor();
    expect(errors).toEqual([]);
  });
});

describe('reading and taking away', () => {
  it('hides the answer until the reader has decided, and saves both', async () => {
    const { page } = await open(8);
    await page.getByRole('button', { name: 'Read first' }).click();
    expect(await page.locator('[data-panel]').count()).toBe(1);
    const hidden = `${await page.title()} ${await page.locator('body').textContent()}`;
    expect(hidden).not.toContain('96.4');
    await page.getByLabel('What do you see?').selectOption('glioma');
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText('96.4 %').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ]);
    const feedback = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(feedback).toMatchObject({
      reading: 'glioma',
      modelAnswer: 'pituitary tumor',
      decidedBeforeAnswer: true,
    });
  });

  it('does not let the answer flash up when a link that hides it is opened, nor on the next run', async () => {
    const { page } = await open(8);
    await page.getByRole('button', { name: 'Read first' }).click();
    await page.waitForURL(/view=/);
    const again = await openPage(testSite.browser, page.url());
    await again.page.getByText('Your reading').waitFor();
    expect(await again.page.locator('body').textContent()).not.toContain('96.4');
    await again.page.getByRole('button', { name: 'Reveal' }).click();
    await again.page.locator('button[aria-label="Next run"]:enabled').click();
    await again.page.waitForURL(new RegExp(exampleRunId(7)));
    await again.page.getByText('Your reading').waitFor();
    expect(await again.page.locator('body').textContent()).not.toContain('67.3');
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
    const { page, errors } = await openPage(testSite.browser, `${served.url}model/`);
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
    await page.goto(`${served.url}run/#run=${exampleRunId(8)}`);
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
    expect(text).toContain('Maps: top 7 %, fill, own scale, opacity 70 %. Image: window 0 … 1840.');
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

describe('the run page for everyone', () => {
  it('has no accessibility fault that axe finds, on a desk and on a phone', async () => {
    for (const screen of [undefined, phone]) {
      const { page } = await open(7, screen);
      await page.locator('details').evaluateAll((all) => {
        for (const details of all) (details as HTMLDetailsElement).open = true;
      });
      await page.getByText('Best control').waitFor();
      await page.getByRole('img', { name: 'Σ attribution' }).first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      if (screen) continue;
      await page.getByRole('button', { name: 'Light theme' }).click();
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  });

  it('shows what is pressed, how long bars are and that a slider is one under forced colors', async () => {
    const { page, errors } = await open(8);
    await page.emulateMedia({ forcedColors: 'active' });
    const style = (selector: string, property: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
    const ground = (selector: string) => style(selector, 'background-color');
    for (const buttons of ['.segments button', '.steps button', '.side li button']) {
      expect(await ground(`${buttons}[aria-pressed=true]`), buttons).not.toBe(
        await ground(`${buttons}[aria-pressed=false]`),
      );
    }
    expect(await style('input[type=range]', 'appearance')).toBe('auto');
    expect(await style('select.field', 'appearance')).toBe('auto');
    for (const row of ['true', 'false']) {
      const bar = `.side li button[aria-pressed=${row}]`;
      const lengths = await ground(`${bar} .track span`);
      expect([await ground(`${bar} .track`), await ground(bar)], row).not.toContain(lengths);
    }
    const frame = page.locator('[data-panel=raw] .frame');
    expect(await frame.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(0, 0, 0)');
    expect(errors).toEqual([]);
  });

  it('keeps the theme on this device', async () => {
    const { page } = await openPage(testSite.browser, `${served.url}model/#model=brain-mri-cnn3`);
    await page.getByRole('button', { name: 'Light theme' }).click();
    await page.reload();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
  });

  it('fits a phone without scrolling sideways, with one method at a time to swipe through', async () => {
    const { page } = await open(7, phone);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const methods = page.locator('.methods');
    expect(await methods.evaluate((element) => element.scrollWidth > 2 * element.clientWidth)).toBe(true);
  });
});

describe('the run page under trouble', () => {
  const run = () => `${served.url}run/#run=${exampleRunId(8)}`;

  it('tells the reader of an expired link what to do', async () => {
    const { page } = await openPage(testSite.browser, `${served.url}model/`);
    await page.route('**/data/**', (route) => route.fulfill({ status: 403 }));
    await page.goto(run());
    await page.getByText('Access to the results was refused').waitFor();
    expect(await page.locator('main').textContent()).toMatch(/link may have expired[\s\S]*ask for a new one/);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows each part as it arrives over a slow network', async () => {
    const { page, errors } = await openPage(testSite.browser, `${served.url}model/`);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/xrai/map.npy', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(run());
    await page.locator('[data-panel=grad-cam] .ticks span').first().waitFor();
    expect(await page.locator('[data-panel=xrai] .steps').count()).toBe(0);
    release();
    await page.locator('[data-panel=xrai] .steps').waitFor();
    expect(errors.filter((line) => !line.includes('404'))).toEqual([]);
  });

  it('draws where WebGL is blocked, and flickers by hand where motion is unwanted', async () => {
    const { page } = await openPage(testSite.browser, `${served.url}model/`);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.addInitScript(`
      const get = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return /webgl/.test(kind) ? null : get.call(this, kind, ...rest);
      };
    `);
    await page.goto(run());
    await page.locator('[data-panel=grad-cam] .ticks span').first().waitFor();
    const { x, y } = lesionOf(8);
    const drawn = async () => !isGray(await colorAt(page, 'grad-cam', x, y));
    await expect.poll(drawn).toBe(true);
    await page.keyboard.press('f');
    await page.getByText('Shown now: Grad-CAM').waitFor();
    await page.getByRole('button', { name: 'Switch' }).click();
    await page.getByText('Shown now: Integrated gradients').waitFor();
  });
});

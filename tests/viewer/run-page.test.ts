import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { openPage, phone, type Screen } from './fixture/browser.ts';
import { entryOf, exampleManifest, exampleRunId } from './fixture/example-run.ts';
import { useExampleSite } from './fixture/example-site.ts';
import { colorAt, isGray, openRun } from './fixture/open-run.ts';
import { lesionOf } from './fixture/phantom.ts';
import { writeIndex, writeRun, writeUnfinishedRun } from './fixture/write-data-root.ts';

const example = useExampleSite();

const open = (run: number, screen?: Screen) => openRun(example, run, screen);

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
    const { page } = await openPage(
      example.testSite.browser,
      `${example.served.url}run/#run=${exampleRunId(6)}`,
    );
    await page.getByText('This file could not be explained').waitFor();
    expect(await page.locator('main').textContent()).toMatch(
      /12,288[\s\S]*Export the image again[\s\S]*image-truncated/,
    );
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('waits for a run that is not there yet and shows it when it comes', async () => {
    const later = await example.testSite.serve();
    const manifest = exampleManifest(9);
    await writeIndex(later.data, []);
    const { page } = await openPage(example.testSite.browser, `${later.url}run/#run=${manifest.runId}`);
    await page.getByText('Nothing is stored here yet').waitFor();
    await writeRun(later.data, manifest);
    await writeIndex(later.data, [entryOf(manifest)]);
    await page.locator('[data-panel=grad-cam]').waitFor();
  });

  it('shows how far a run is while it is being explained, and opens it when it is done', async () => {
    const later = await example.testSite.serve();
    const manifest = exampleManifest(10, { failing: ['integrated-gradients'] });
    await writeUnfinishedRun(later.data, manifest, 3);
    const { page } = await openPage(example.testSite.browser, `${later.url}run/#run=${manifest.runId}`);
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
    const { page } = await openPage(example.testSite.browser, `${example.served.url}run/`);
    await page.getByText('This link names no run').waitFor();
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
    const { page } = await openPage(
      example.testSite.browser,
      `${example.served.url}model/#model=brain-mri-cnn3`,
    );
    await page.getByRole('button', { name: 'Light theme' }).click();
    await page.reload();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
  });

  it('fits a phone without scrolling sideways, with one method at a time to swipe through', async () => {
    const { page } = await open(7, phone);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const methods = page.locator('.methods');
    expect(await methods.evaluate((element) => element.scrollWidth > 2 * element.clientWidth)).toBe(true);
    const slider = page.getByLabel('Strongest pixels');
    expect(await slider.count()).toBe(1);
    const { y, height } = (await slider.boundingBox())!;
    expect(y + height, 'in sight beside the maps').toBeLessThanOrEqual(844);
  });

  it('keeps the class and its probability whole at every width', async () => {
    const { page } = await open(8);
    for (const width of [1279, 1024, 900, 720, 641]) {
      await page.setViewportSize({ width, height: 768 });
      expect(await page.evaluate('document.documentElement.scrollWidth'), `at ${width}`).toBe(width);
      const cut = await page
        .locator('h1 .class')
        .evaluate((element) => element.scrollWidth > element.clientWidth);
      expect(cut, `the class at ${width}`).toBe(false);
      const probability = (await page.locator('h1 .probability').boundingBox())!;
      const badge = (await page.getByText('RESEARCH USE').boundingBox())!;
      const apart = probability.x + probability.width <= badge.x || probability.y >= badge.y + badge.height;
      expect(apart, `the probability beside the badge at ${width}`).toBe(true);
    }
  });
});

describe('the run page under trouble', () => {
  const run = () => `${example.served.url}run/#run=${exampleRunId(8)}`;

  it('tells the reader of an expired link what to do', async () => {
    const { page } = await openPage(example.testSite.browser, `${example.served.url}model/`);
    await page.route('**/data/**', (route) => route.fulfill({ status: 403 }));
    await page.goto(run());
    await page.getByText('Access to the results was refused').waitFor();
    expect(await page.locator('main').textContent()).toMatch(/link may have expired[\s\S]*ask for a new one/);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows each part as it arrives over a slow network', async () => {
    const { page, errors } = await openPage(example.testSite.browser, `${example.served.url}model/`);
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
    const { page } = await openPage(example.testSite.browser, `${example.served.url}model/`);
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

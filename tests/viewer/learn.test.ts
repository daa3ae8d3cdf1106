/** The Learn pages in a real browser: live figures, their sliders, and what is left where the engine cannot run. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { methods } from '../../shared/attribution/registry.ts';
import { learnPages } from '../../viewer/src/lib/learn/pages.ts';
import { sliders } from '../../viewer/src/lib/learn/sliders.ts';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { desktop, type OpenedPage, openPage, phone } from './fixture/browser.ts';
import { openTestSite, type TestSite } from './fixture/site.ts';

let testSite: TestSite;
let served: Awaited<ReturnType<TestSite['serve']>>;
/** A phone that waits for the engine for ever. */
let waiting: OpenedPage;

beforeAll(async () => {
  testSite = await openTestSite();
  served = await testSite.serve();
  waiting = await openPage(testSite.browser, 'about:blank', phone);
  await waiting.page.route(/ort-wasm.*\.wasm$/, () => {});
});
afterEach(() => testSite?.closePages(waiting?.page));
afterAll(() => testSite?.close());

const open = (path: string, screen = desktop) => openPage(testSite.browser, `${served.url}${path}`, screen);
const pathOf = (path: string) => (path === '' ? 'learn/' : `learn/${path}/`);

async function live(page: Page, name: string) {
  const stage = page.locator(`[data-figure=${name}]`);
  await stage.scrollIntoViewIfNeeded();
  await stage.locator('[data-state=ready]').waitFor();
  return stage;
}

describe('the Learn pages', () => {
  it('have every figure once, and the notes of every method', async () => {
    const html = await Promise.all(
      learnPages.map(({ path }) => readFile(join(testSite.site, pathOf(path), 'index.html'), 'utf8')),
    );
    const all = html.join('');
    const names = [...all.matchAll(/data-figure="([\w-]+)"/g)].map((match) => match[1]!);
    expect(names.sort()).toEqual(Object.keys(sliders).sort());
    for (const { citation, notes } of methods) {
      expect(all).toContain(citation.replaceAll('&', '&amp;'));
      expect(notes.weaknesses.length).toBeGreaterThan(0);
    }
    expect([...all.matchAll(/<math /g)].length).toBeGreaterThan(15);
    // Still pictures are there before any script, each with words for those who do not see it.
    expect([...all.matchAll(/<img class="still"[^>]* alt="[^"]{20,}/g)]).toHaveLength(names.length);
  });

  it('answer to the slider by keyboard, in pictures and in words, and the map sums to the score', async () => {
    const { page, errors } = await open('learn/paths/');
    const stage = await live(page, 'ig-path');
    const point = stage.locator('canvas.picture').first();
    const shown = async () => ({
      pixels: await point.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()),
      alt: await stage.locator('[role=img]:has(canvas.picture)').first().getAttribute('aria-label'),
    });
    const before = await shown();
    expect(before.alt).toBe('The image at 50 % of its brightness, on the way from black.');
    const slider = stage.getByRole('slider', { name: 'Position on the path' });
    await slider.focus();
    await page.keyboard.press('End');
    await stage.getByText(/^At 100 % of the way/).waitFor();
    const after = await shown();
    expect(after.pixels).not.toBe(before.pixels);
    expect(after.alt).not.toBe(before.alt);
    expect(await slider.getAttribute('aria-valuetext')).toBe('image');
    const said = (await stage.locator('.summary').textContent()) ?? '';
    const [score, sum] = [...said.matchAll(/(?:by|to) (\d+(?:\.\d+)?)/g)].map((match) => Number(match[1]));
    expect(score).toBeGreaterThan(4);
    expect(Math.abs(score! - sum!)).toBeLessThan(0.3);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each(learnPages)(
    '“$title” is accessible on a phone and never wider than it, also while the engine is not there',
    async ({ path }) => {
      const { page } = waiting;
      await page.goto(`${served.url}${pathOf(path)}`);
      await page.locator('h1').waitFor();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      expect(await accessibilityFaults(page)).toEqual([]);
    },
  );

  it('fetch nothing of the engine before a figure comes near', async () => {
    const { page } = await openPage(testSite.browser, 'about:blank', phone);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${served.url}learn/places/`, { waitUntil: 'networkidle' });
    expect(asked.filter((url) => /worker|wasm|onnx/.test(url))).toEqual([]);
    const engine = page.waitForRequest(/ort-wasm.*\.wasm$/);
    await page.locator('[data-figure=class-activation]').scrollIntoViewIfNeeded();
    await engine;
    await page.context().close();
  });

  it('stand still and say so where the engine is blocked', async () => {
    const { page } = await openPage(testSite.browser, 'about:blank');
    await page.route(/ort-wasm.*\.wasm$/, (route) => route.abort());
    await page.goto(`${served.url}learn/places/`);
    const stage = page.locator('[data-figure=class-activation]');
    await stage.scrollIntoViewIfNeeded();
    await stage.getByText('This figure stands still').waitFor();
    expect(await stage.locator('img.still').isVisible()).toBe(true);
    await page.unroute(/ort-wasm.*\.wasm$/);
    await stage.getByRole('button', { name: 'Try again' }).click();
    await stage.locator('[data-state=ready]').waitFor();
    expect(await stage.locator('img.still').count()).toBe(0);
  });
});

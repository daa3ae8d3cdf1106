/** The engine in the tab, in a real browser under the deployed headers, against the engine in Node. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { methodNamed, methods, parseOptions } from '../../shared/attribution/registry.ts';
import type { ExplainedMethod } from '../../viewer/src/engine/calls.ts';
import { brushFill, paintStrokeInto } from '../../viewer/src/lib/brush.ts';
import { editPlan } from '../../viewer/src/lib/edit-plan.ts';
import { figure } from '../../viewer/src/lib/figures.ts';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { launchBrowser, openPage, phone, webGpuInSoftware } from './fixture/browser.ts';
import { askWorker, workerScript } from './fixture/engine-worker.ts';
import { type ExplainedPhantom, writeExplainedPhantom } from './fixture/explained-phantom.ts';
import { openTestSite, type TestSite } from './fixture/site.ts';
import { writeIndex } from './fixture/write-data-root.ts';

let testSite: TestSite;
let served: Awaited<ReturnType<TestSite['serve']>>;
let phantom: ExplainedPhantom;

beforeAll(async () => {
  testSite = await openTestSite();
  served = await testSite.serve();
  phantom = await writeExplainedPhantom(served.data, 2, ['grad-cam', 'integrated-gradients']);
  await writeIndex(served.data, []);
});
afterEach(() => testSite?.closePages());
afterAll(() => testSite?.close());

const open = (path: string, screen?: typeof phone) =>
  openPage(testSite.browser, `${served.url}${path}`, screen);
const runPath = () => `run/#run=${phantom.explained.manifest.runId}`;
const ready = (page: Page) => page.getByText('From here on this page needs no connection').waitFor();
const choose = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
  page.locator('input[type=file]').setInputFiles(file);
const shown = (page: Page, method: string) =>
  page.locator(`[data-panel=${method}] .ticks span`).first().waitFor();

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
};

describe('the engine in the tab', () => {
  it('gives the scores (within 1e-5) and the maps (within 1e-4 of their largest value) that Node gives', async () => {
    const { card, explained } = phantom;
    const { manifest, input } = explained;
    const { page, errors } = await open('model/#model=phantom');
    const model = new Uint8Array(await readFile(`${served.data}/models/phantom/${card.file}`));
    const planned = manifest.methods.map(({ method, options }) => ({
      method,
      options,
      lane: 'cpu' as const,
    }));
    const plan = { ...editPlan(manifest), methods: planned };
    const answered = await askWorker(page, `${served.url}${await workerScript(testSite.site)}`, [
      { call: 'start', given: { threads: 2 } },
      { call: 'open', given: { card, model } },
      { call: 'scores', given: { input } },
      ...planned.map(({ method }) => ({ call: 'explain' as const, given: { plan, method, input } })),
    ]);
    const answers = answered.map(({ answer }) => answer);
    const [started, , scores, ...maps] = answers as [unknown, null, number[], ...ExplainedMethod[]];
    expect(started).toEqual({ engine: 'onnxruntime-web 1.30.0', device: 'wasm', threads: 2 });
    expect(largestDifference(scores, manifest.scores)).toBeLessThan(1e-5);
    expect(maps).toHaveLength(2);
    for (const { result, map } of maps) {
      const expected = explained.runs.get(result.method)!.map;
      expect(map!.shape).toEqual(expected.shape);
      const largest = Math.max(...expected.data.map(Math.abs));
      expect(largestDifference(map!.data, expected.data), result.method).toBeLessThan(1e-4 * largest);
    }
    expect(errors).toEqual([]);
  });

  it('gives the same on WebGPU, and takes a GPU in software only when asked', async () => {
    const { card, explained } = phantom;
    const browser = await launchBrowser(webGpuInSoftware);
    try {
      const { page, errors } = await openPage(browser, `${served.url}model/#model=phantom`);
      const model = new Uint8Array(await readFile(`${served.data}/models/phantom/${card.file}`));
      const script = `${served.url}${await workerScript(testSite.site)}`;
      const plan = editPlan(explained.manifest);
      const { input } = explained;
      const [started, , scores, explainedHere] = await askWorker(page, script, [
        { call: 'start', given: { threads: 1, device: 'webgpu' } },
        { call: 'open', given: { card, model } },
        { call: 'scores', given: { input } },
        { call: 'explain', given: { plan, method: 'grad-cam', input } },
      ]);
      expect(started!.answer).toMatchObject({ device: 'webgpu' });
      expect(largestDifference(scores!.answer as number[], explained.manifest.scores)).toBeLessThan(1e-4);
      const { map, result } = explainedHere!.answer as ExplainedMethod;
      expect(result).toMatchObject({ status: 'complete', device: 'webgpu' });
      const expected = explained.runs.get('grad-cam')!.map.data;
      expect(largestDifference(map!.data, expected)).toBeLessThan(1e-4 * Math.max(...expected));
      const [chosen] = await askWorker(page, script, [{ call: 'start', given: { threads: 1 } }]);
      expect(chosen!.answer).toMatchObject({ device: 'wasm' });
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe('trying an image', () => {
  it('explains it without any request once the model is here, stops when asked, and goes on', async () => {
    const { page, errors } = await open('try/');
    await ready(page);
    expect(await accessibilityFaults(page)).toEqual([]);
    const requests: string[] = [];
    page.context().on('request', (request) => requests.push(request.url()));
    const before = served.answers.length;
    await page.context().setOffline(true);
    await choose(page, phantom.file);
    await shown(page, 'grad-cam');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText(`of ${methods.length} methods, stopped`).waitFor();
    expect(await page.getByText('on its way').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await shown(page, 'integrated-gradients');
    await page.getByRole('button', { name: 'Cancel' }).click();
    const { pixelDigest } = phantom.explained.manifest.source;
    expect(
      await page.locator('.provenance').first().textContent(),
      'the same pixels as Node decodes',
    ).toContain(pixelDigest);
    expect(await page.locator('h1').textContent()).toMatch(/lesion\s*> 99\.9 %/);
    await page.getByRole('button', { name: 'Edit & re-run' }).click();
    await shown(page, 'grad-cam');
    expect(requests).toEqual([]);
    expect(served.answers.slice(before)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('takes an image that is dropped, on a phone too, and fits it', async () => {
    const { page } = await open('try/', phone);
    await ready(page);
    const bytes = (await readFile(phantom.file)).toString('base64');
    const transfer = await page.evaluateHandle((base64) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      data.items.add(new File([content], 'scan.png', { type: 'image/png' }));
      return data;
    }, bytes);
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
    await shown(page, 'grad-cam');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('explains the second of two images, though the first is planned after it', async () => {
    const { page, errors } = await open('');
    await page.addInitScript(() => {
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (message: { readonly call?: string }) {
        const send = () => postMessage.call(this, message);
        if (message.call !== 'plan' || 'sendFirst' in window) return send();
        Object.assign(window, { sendFirst: send });
      };
    });
    await page.goto(`${served.url}try/`);
    await ready(page);
    const whole = await readFile(phantom.file);
    const other = await sharp(whole).resize(300, 200).png().toBuffer();
    await choose(page, { name: 'scan.png', mimeType: 'image/png', buffer: other });
    await page.waitForFunction('"sendFirst" in window');
    await choose(page, phantom.file);
    await shown(page, 'grad-cam');
    await page.evaluate('sendFirst()');
    await shown(page, 'integrated-gradients');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('methods, stopped').waitFor();
    const names = await page
      .locator('article[data-panel]')
      .evaluateAll((all) => all.map((panel) => panel.getAttribute('data-panel')));
    expect(new Set(names).size).toBe(names.length);
    expect(await page.locator('[data-panel=raw] footer').innerText()).toContain('256 × 256');
    const { pixelDigest } = phantom.explained.manifest.source;
    expect(await page.locator('.provenance').first().textContent()).toContain(pixelDigest);
    expect(errors).toEqual([]);
  });

  it('says in words what is wrong with a file', async () => {
    const { page, errors } = await open('try/');
    await ready(page);
    const whole = await readFile(phantom.file);
    const send = (buffer: Buffer) => choose(page, { name: 'scan.png', mimeType: 'image/png', buffer });
    await send(Buffer.from('not a picture'));
    await page.getByText('Export the picture as PNG or JPEG and drop that.').waitFor();
    await send(whole.subarray(0, whole.length / 2));
    await page.getByText('it was probably cut short').waitFor();
    await send(whole);
    await shown(page, 'grad-cam');
    expect(errors).toEqual([]);
  });

  it('says so where the engine is blocked, and recovers', async () => {
    const { page } = await open('');
    await page.route('**/*.wasm', (route) => route.abort());
    await page.goto(`${served.url}try/`);
    await page.getByText('The model phantom cannot be used here').waitFor();
    expect(await page.locator('main').textContent()).toContain('Everything else on this site works');
    await page.unroute('**/*.wasm');
    await page.getByRole('button', { name: 'Try again' }).click();
    await ready(page);
  });
});

describe('another class of a stored run', () => {
  it('is explained in the tab by every method, measured, and left again for the stored maps', async () => {
    const { explained, classifier } = phantom;
    const { page, errors } = await open(runPath());
    await shown(page, 'integrated-gradients');
    const footer = page.locator('[data-panel=integrated-gradients] figcaption');
    const stored = await footer.textContent();
    const other = 1 - explained.manifest.target.index;
    const name = explained.manifest.model.classes[other]!;
    await page.locator('.side li button').filter({ hasText: name }).last().click();
    await page.getByText('are computed in this tab').waitFor();
    await page.locator('[data-panel=integrated-gradients] .trust').waitFor();
    const { options } = explained.manifest.methods.find(({ method }) => method === 'integrated-gradients')!;
    const method = methodNamed('integrated-gradients');
    const { map } = await method.attribute(
      classifier,
      explained.input,
      { target: other, preprocessing: phantom.card.input },
      parseOptions(method, options),
    );
    expect(await footer.textContent()).toContain(
      `${figure(Math.min(...map.data))} … ${figure(Math.max(...map.data))}`,
    );
    await page.waitForURL(/view=/);
    expect(await page.locator('h1').textContent()).toContain(name);
    await page.getByRole('button', { name: 'stored' }).click();
    await expect.poll(() => footer.textContent()).toBe(stored);
    expect(errors).toEqual([]);
  });
});

describe('editing the image of a run', () => {
  it('follows the brush with prediction and Grad-CAM, and goes back', async () => {
    const { card, classifier, explained } = phantom;
    const { page, errors } = await open(runPath());
    await page.getByRole('button', { name: 'Edit & re-run' }).click();
    for (const method of ['grad-cam', 'gradients', 'integrated-gradients']) await shown(page, method);
    const score = page.locator('.editor tr.explained .score');
    const [lesion] = explained.manifest.scores.slice(explained.manifest.target.index);
    const untouched = `${figure(lesion!)} to ${figure(lesion!)}`;
    expect(await score.textContent()).toBe(untouched);
    const range = page.locator('[data-panel=grad-cam] footer');
    const before = await range.textContent();
    await page.getByRole('application').focus();
    await page.keyboard.press('Space');
    const edited = explained.input.data.slice();
    const middle = { x: card.input.width / 2, y: card.input.height / 2 };
    const radius = Math.round(card.input.width / 6) / 2;
    const black = brushFill('erase', edited, card.input);
    paintStrokeInto(edited, black, card.input, { from: middle, to: middle, radius });
    const shape = [1, ...explained.input.shape];
    const answer = (await classifier.scores({ shape, data: edited })).data[explained.manifest.target.index]!;
    expect(figure(answer)).not.toBe(figure(lesion!));
    await expect.poll(() => score.textContent()).toBe(`${figure(lesion!)} to ${figure(answer)}`);
    await expect.poll(() => range.textContent()).not.toBe(before);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => score.textContent()).toBe(untouched);
    const box = (await page.getByRole('application').boundingBox())!;
    await page.getByRole('button', { name: 'Mean' }).click();
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.8 * box.width, box.y + 0.5 * box.height, { steps: 5 });
    // The button is still down.
    await expect.poll(() => score.textContent()).not.toBe(untouched);
    await page.mouse.up();
    await page.getByRole('toolbar', { name: 'Edit' }).getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => score.textContent()).toBe(untouched);
    await page.getByLabel('Brightness').fill('-0.5');
    await expect.poll(() => score.textContent()).not.toBe(untouched);
    await page.getByRole('button', { name: 'Explain now' }).click();
    await shown(page, 'occlusion');
    await page.getByRole('button', { name: 'Done' }).click();
    await shown(page, 'integrated-gradients');
    expect(errors).toEqual([]);
  });

  it('says so where the engine is blocked, and leaves the run as it is', async () => {
    const { page } = await open(runPath());
    await page.route('**/*.wasm', (route) => route.abort());
    await page.getByRole('button', { name: 'Edit & re-run' }).click();
    await page.getByText('This run cannot be edited here').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await shown(page, 'grad-cam');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Edit & re-run');
  });

  it('gives way to reading first, and keeps the keys and exports of the run to itself', async () => {
    const { page } = await open(runPath());
    await page.getByRole('button', { name: 'PNG' }).waitFor();
    await page.getByRole('button', { name: 'Edit & re-run' }).click();
    const tools = page.getByRole('toolbar', { name: 'Edit' });
    await tools.waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Erase');
    expect(await page.getByRole('button', { name: 'PNG' }).count()).toBe(0);
    for (const key of ['s', '+', 'r', 'c']) await page.keyboard.press(key);
    expect(await page.getByRole('button', { name: 'Contour' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Read first' }).click();
    await page.getByText('Your reading').waitFor();
    expect(await tools.count()).toBe(0);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await tools.getByRole('button', { name: 'Done' }).click();
    await shown(page, 'grad-cam');
    expect(await page.getByRole('button', { name: 'Grid' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('button', { name: 'Region', exact: true }).getAttribute('aria-pressed')).toBe(
      'false',
    );
    await page.getByRole('button', { name: '100 %' }).waitFor();
  });
});

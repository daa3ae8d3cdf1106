import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { openPage, type Screen } from './fixture/browser.ts';
import { exampleRunId } from './fixture/example-run.ts';
import { useExampleSite } from './fixture/example-site.ts';
import { colorAt, isGray, openRun } from './fixture/open-run.ts';
import { lesionOf } from './fixture/phantom.ts';

const example = useExampleSite();

const open = (run: number, screen?: Screen) => openRun(example, run, screen);

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
    const again = await openPage(example.testSite.browser, page.url());
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
      example.testSite.browser,
      `${example.served.url}run/#run=${exampleRunId(7)}&list=${list}`,
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
    const again = await openPage(example.testSite.browser, page.url());
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

  it('keeps a pinned probe where it is while the image is moved and a region is marked; a click moves it', async () => {
    const { page } = await open(8);
    const place = () => page.locator('.readings header .small').first().innerText();
    await page.keyboard.press('p');
    for (const key of ['+', '+', '+']) await page.keyboard.press(key);
    const box = (await page.locator('[data-panel=guided-ig] .frame canvas').boundingBox())!;
    const at = (u: number, v: number) => [box.x + u * box.width, box.y + v * box.height] as const;
    await page.mouse.move(...at(0.3, 0.3));
    expect(await place(), 'the pointer alone').toBe('(128, 128)');
    await page.mouse.down();
    await page.mouse.move(...at(0.6, 0.5), { steps: 3 });
    await page.mouse.up();
    expect(await place(), 'after a drag').toBe('(128, 128)');
    await page.mouse.click(...at(0.2, 0.2));
    await expect.poll(place).not.toBe('(128, 128)');
  });

  it('sets back how things look, and neither the region nor the probe', async () => {
    const { page } = await open(8);
    const reset = page.getByRole('button', { name: 'Reset' });
    expect(await reset.getAttribute('aria-disabled')).toBe('true');
    for (const key of ['p', 'c', ']', 'i', '+']) await page.keyboard.press(key);
    await reset.click();
    expect(await page.getByLabel('Opacity').inputValue()).toBe('0.7');
    expect(await page.getByRole('button', { name: 'Contour' }).getAttribute('aria-pressed')).toBe('false');
    expect(await page.getByRole('button', { name: 'Probe' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByText('125 %').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Reset');
  });

  it('marks a region by keyboard alone', async () => {
    const { page } = await open(8);
    await page.keyboard.press('r');
    await page.getByRole('button', { name: 'Region in the middle' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.value')).toBe('64');
    await page.keyboard.type('32');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.place').textContent()).toMatch(/at \(\d+, 64\)/);
    await page.getByRole('button', { name: 'Clear' }).press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.ariaLabel')).toBe('Readings');
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
    expect(await page.locator('[data-panel=comparison] figure').count(), 'a scale for each').toBe(2);
    expect(await page.locator('[data-panel=comparison] .trust').count(), 'a verdict for each').toBe(2);
    const whole = await colorAt(page, 'comparison', 0.4, 0.45);
    await page.getByLabel('Border').fill('0');
    await expect.poll(() => colorAt(page, 'comparison', 0.4, 0.45)).not.toEqual(whole);
    await page.keyboard.press('f');
    await page.getByText('Shown now: XRAI').waitFor();
    await page.getByText('Shown now: Grad-CAM').waitFor();
    await page.keyboard.press('d');
    await page.getByText('difference of shares').waitFor();
    expect(await page.getByLabel('Second method').locator('option[value=xrai]').isDisabled()).toBe(true);
    expect(errors).toEqual([]);
  });
});

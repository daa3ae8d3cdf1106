/**
 * Frame time of a drag of the top-% slider over eight panels of 512², in Chromium on the built site:
 *   node tests/bench/viewer/drag-frame-time.ts [steps]
 * Each step sets the slider and waits for two frames; printed is the script and drawing of a step (from the input
 * event until the frame after it was made, without the wait for the screen), median and worst, for fill and contour.
 * On a machine with other work these grow; the main thread's own processor time per step does not.
 * Also the time from navigation to the first picture on localhost.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNpy } from '../../../shared/tensor/npy.ts';
import { openPage } from '../../viewer/fixture/browser.ts';
import { entryOf, exampleManifest, exampleMethods } from '../../viewer/fixture/example-run.ts';
import { phantomMap } from '../../viewer/fixture/phantom.ts';
import { openTestSite } from '../../viewer/fixture/site.ts';
import { writeIndex, writeRun } from '../../viewer/fixture/write-data-root.ts';

const steps = Number(process.argv[2] ?? 60);
const side = 512;

const testSite = await openTestSite();
try {
  const served = await testSite.serve();
  const manifest = exampleManifest(8, { width: side, height: side });
  await writeRun(served.data, manifest);
  await writeIndex(served.data, [entryOf(manifest)]);
  for (const { name, kind, strength } of exampleMethods) {
    const map = writeNpy({ shape: [side, side], data: phantomMap(kind, side, 8, { strength }) });
    await writeFile(join(served.data, 'runs', manifest.runId, 'methods', name, 'map.npy'), map);
  }
  // Tall enough that all eight panels are in sight.
  const { page } = await openPage(testSite.browser, `${served.url}run/#run=${manifest.runId}`, {
    width: 1920,
    height: 1600,
  });
  await page.locator('[data-panel=gradients] .ticks span').first().waitFor();
  await page.getByText('Agreement between methods').waitFor();
  const paint = await page.evaluate<number>(
    "performance.getEntriesByType('resource').find(({name}) => name.endsWith('image.png')).responseEnd",
  );
  console.log(`image on the page ${paint.toFixed(0)} ms after navigation began`);
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => {
    const { metrics } = await protocol.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  for (const style of ['Fill', 'Contour']) {
    await page.getByRole('button', { name: style }).click();
    const before = await busy();
    const times = await page.evaluate<number[], number>(async (count) => {
      const label = [...document.querySelectorAll('label')].find(({ textContent }) =>
        textContent?.startsWith('Strongest'),
      )!;
      const slider = document.getElementById(label.htmlFor) as HTMLInputElement;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const turn = () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = resolve;
          port2.postMessage(null);
        });
      const found: number[] = [];
      for (let i = 0; i < count; i++) {
        await frame();
        slider.value = String(10 + ((i * 7) % 60));
        const began = performance.now();
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await Promise.resolve();
        // After the microtasks in which the panels are drawn, and whatever they queued.
        await turn();
        found.push(performance.now() - began);
      }
      return found;
    }, steps + 5);
    const own = ((await busy()) - before) / (steps + 5);
    // The first ones compile.
    const sorted = times.slice(5).sort((a, b) => a - b);
    console.log(
      `${style.toLowerCase()}: ${exampleMethods.length} panels of ${side}², median ${sorted[steps >> 1]!.toFixed(1)} ms, worst ${sorted.at(-1)!.toFixed(1)} ms of 16.7; main thread's own time ${own.toFixed(1)} ms`,
    );
  }
} finally {
  await testSite.close();
}

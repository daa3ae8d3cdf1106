/**
 * Makes the still pictures of the Learn pages: every figure at the start of its slider, as the page itself draws it.
 * They stand in where the engine cannot run, and until it has come. Synthetic data only.
 *
 *   node tests/bench/viewer/learn-stills.ts            all figures
 *   node tests/bench/viewer/learn-stills.ts ig-path    those named
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { learnPages } from '../../../viewer/src/lib/learn/pages.ts';
import { openPage } from '../../viewer/fixture/browser.ts';
import { openTestSite } from '../../viewer/fixture/site.ts';

const folder = fileURLToPath(new URL('../../../viewer/src/assets/learn/', import.meta.url));
const wanted = new Set(process.argv.slice(2));
await mkdir(folder, { recursive: true });
const testSite = await openTestSite();
try {
  const { url } = await testSite.serve();
  for (const { path } of learnPages) {
    const { page } = await openPage(testSite.browser, `${url}learn/${path && `${path}/`}`);
    for (const stage of await page.locator('[data-figure]').all()) {
      const name = (await stage.getAttribute('data-figure'))!;
      if (wanted.size > 0 && !wanted.has(name)) continue;
      await stage.scrollIntoViewIfNeeded();
      await stage.locator('[data-state=ready]').waitFor({ timeout: 240_000 });
      const picture = await stage.locator('.squares').screenshot();
      const { size } = await sharp(picture)
        .webp({ quality: 55, effort: 6 })
        .toFile(join(folder, `${name}.webp`));
      console.log(`${name} ${(size / 1000).toFixed(1)} kB`);
    }
    await page.context().close();
  }
} finally {
  await testSite.close();
}

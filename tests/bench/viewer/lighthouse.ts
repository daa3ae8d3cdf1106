/**
 * Lighthouse performance and accessibility of the site's pages, phone and desktop. Lighthouse is no dependency:
 *   npm install --prefix /tmp/lighthouse --ignore-scripts lighthouse@13
 *   CHROME_PATH=/usr/bin/chromium node tests/bench/viewer/lighthouse.ts /tmp/lighthouse [pages, such as run/]
 * Needs a machine without other work: a loaded one shows in the blocking time.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exampleRunId } from '../../viewer/fixture/example-run.ts';
import { serveSite } from '../../viewer/fixture/serve-site.ts';
import { builtSite } from '../../viewer/fixture/site.ts';
import { writeExampleRoot } from '../../viewer/fixture/write-data-root.ts';

interface Audit {
  readonly score: number | null;
  readonly displayValue?: string;
}
interface Report {
  readonly lhr: {
    readonly categories: Readonly<Record<string, Audit>>;
    readonly audits: Readonly<Record<string, Audit>>;
  };
}
type Lighthouse = (url: string, flags: Readonly<Record<string, unknown>>) => Promise<Report>;

const [folder = '/tmp/lighthouse', ...asked] = process.argv.slice(2);
const load = (path: string) => import(pathToFileURL(join(folder, 'node_modules', path)).href);
const { default: lighthouse }: { default: Lighthouse } = await load('lighthouse/core/index.js');
const { launch } = await load('chrome-launcher/dist/index.js');

const run = exampleRunId(8);
const pages = asked.length > 0 ? asked : ['', `run/#run=${run}`, 'model/#model=brain-mri-cnn3', 'try/'];
const desktop = {
  formFactor: 'desktop',
  screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
  throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 },
};

const data = await mkdtemp(join(tmpdir(), 'cxai-lighthouse-'));
await writeExampleRoot(data);
const served = await serveSite({ site: await builtSite(), data, packed: true });
const chrome = await launch({ chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
try {
  for (const page of pages) {
    for (const [form, settings] of [
      ['phone', {}],
      ['desktop', desktop],
    ] as const) {
      const flags = {
        port: chrome.port,
        onlyCategories: ['performance', 'accessibility'],
        logLevel: 'error',
      };
      const { lhr } = await lighthouse(`${served.url}${page}`, { ...flags, ...settings });
      const { performance: speed, accessibility } = lhr.categories;
      const value = (audit: string) => lhr.audits[audit]?.displayValue;
      console.log(
        `${page || 'gallery'}, ${form}: performance ${speed?.score}, accessibility ${accessibility?.score}; ` +
          `first paint ${value('first-contentful-paint')}, largest ${value('largest-contentful-paint')}, ` +
          `blocked ${value('total-blocking-time')}, shift ${value('cumulative-layout-shift')}`,
      );
    }
  }
} finally {
  await chrome.kill();
  await served.close();
  await rm(data, { recursive: true, force: true });
}

/** The site as `cxai start` serves it: the headers of the deployed distribution, which the built pages work under. */
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsClients } from '../../functions/common/aws-clients.ts';
import { createObjectStore } from '../../functions/common/object-store.ts';
import { type RunningCloud, startCloud } from '../../functions/local/cloud/start-cloud.ts';
import { bundledModels, readModelFolder, registerModel } from '../../functions/local/register-models.ts';
import { type Site, startSite } from '../../functions/local/site-server.ts';
import { isolationHeaders, securityHeaders } from '../../shared/sharing/site-headers.ts';
import { launchBrowser, openPage } from '../viewer/fixture/browser.ts';
import { builtSite } from '../viewer/fixture/site.ts';

let directory: string;
let cloud: RunningCloud;
let site: Site;
let browser: Browser;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cxai-site-test-'));
  const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'not-a-secret' };
  const [root, opened] = await Promise.all([builtSite(), launchBrowser()]);
  browser = opened;
  cloud = await startCloud({ directory, credentials });
  const { s3 } = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
  await s3.send(new CreateBucketCommand({ Bucket: 'results' }));
  const results = createObjectStore(s3, 'results');
  await registerModel(results, await readModelFolder(join(bundledModels, 'phantom')));
  const index = { schema: 'cxai.run-index/1', runs: [], pages: 0 };
  await results.write('index.json', JSON.stringify(index), 'application/json');
  site = await startSite({
    s3,
    resultsBucket: 'results',
    root,
    port: 0,
    share: {
      results,
      keyHex: 'ab'.repeat(32),
      now: () => new Date(),
      audit: () => undefined,
    },
  });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await cloud?.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the local site', () => {
  it('sets the headers of the distribution on pages, data, refusals and what is not there', async () => {
    const expected = Object.fromEntries(
      Object.entries({ ...securityHeaders, ...isolationHeaders }).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    );
    expect(expected['content-security-policy']).not.toMatch(/unsafe-inline|'unsafe-eval'/);
    for (const path of ['', 'run/', 'data/index.json', 'share/redeem', 'data/pending/x', 'nothing']) {
      const { headers } = await fetch(`${site.url}${path}`);
      expect({ path, ...Object.fromEntries(headers) }).toMatchObject({ path, ...expected });
    }
  });

  it('answers under names of this machine alone, so that no page elsewhere can read the runs', async () => {
    const { port } = new URL(site.url);
    const under = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = get(`${site.url}data/index.json`, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.once('error', reject);
      });
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect([host, await under(host)]).toEqual([host, 200]);
    }
    for (const host of [
      'attacker.example',
      `attacker.example:${port}`,
      'localhost.attacker.example',
      '0.0.0.0',
    ]) {
      expect([host, await under(host)]).toEqual([host, 421]);
    }
  });

  it('lets nothing that changes be kept', async () => {
    const kept = async (path: string) => (await fetch(`${site.url}${path}`)).headers.get('cache-control');
    expect(await kept('')).toBe('no-store');
    expect(await kept('data/index.json')).toBe('no-store');
    const page = await (await fetch(site.url)).text();
    const [asset] = /_astro\/[\w.-]+\.(js|css)/.exec(page)!;
    expect(await kept(asset)).toBe('private, max-age=31536000, immutable');
  });

  it('is a site whose built pages work under them, isolated, with no word on the console', async () => {
    await Promise.all(
      ['', 'run/', 'model/', 'try/'].map(async (path) => {
        const { page, errors } = await openPage(browser, `${site.url}${path}`);
        await page.locator('main').waitFor();
        await page.waitForLoadState('networkidle');
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
        expect({ path, errors }).toEqual({ path, errors: [] });
      }),
    );
  });
});

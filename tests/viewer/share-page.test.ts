/** The page of a share link in a browser, at the site server of `npm start`: what it opens, and what it says. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shareAddress } from '../../functions/cli/share-command.ts';
import { createAwsClients } from '../../functions/common/aws-clients.ts';
import { createObjectStore, type ObjectStore } from '../../functions/common/object-store.ts';
import { type RunningCloud, startCloud } from '../../functions/local/cloud/start-cloud.ts';
import { type Site, startSite } from '../../functions/local/site-server.ts';
import { mintLink, revokeLink } from '../../functions/share/share-links.ts';
import { mintShareToken } from '../../shared/sharing/share-token.ts';
import { accessibilityFaults } from './fixture/accessibility.ts';
import { openPage } from './fixture/browser.ts';
import { exampleManifest, exampleRunId } from './fixture/example-run.ts';
import { openTestSite, type TestSite } from './fixture/site.ts';
import { writeExampleRoot } from './fixture/write-data-root.ts';

const keyHex = 'ab'.repeat(32);
const runId = exampleRunId(8);
const pictures = { '.png': 'image/png', '.json': 'application/json' };
let directory: string;
let cloud: RunningCloud;
let results: ObjectStore;
let site: Site;
let testSite: TestSite;

beforeAll(async () => {
  [testSite, directory] = await Promise.all([openTestSite(), mkdtemp(join(tmpdir(), 'cxai-share-page-'))]);
  const data = join(directory, 'data');
  await writeExampleRoot(data);
  const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'not-a-secret' };
  cloud = await startCloud({ directory: join(directory, 'cloud'), credentials });
  const { s3 } = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
  await s3.send(new CreateBucketCommand({ Bucket: 'results' }));
  results = createObjectStore(s3, 'results');
  const shared = new Set([runId, exampleRunId(7)]);
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(data.length + 1);
    if (entry.isDirectory() || (key.startsWith('runs/') && !shared.has(key.split('/')[1]!))) continue;
    const type = Object.entries(pictures).find(([extension]) => key.endsWith(extension))?.[1];
    await results.write(key, await readFile(path), type ?? 'application/octet-stream');
  }
  const share = { results, keyHex, now: () => new Date(), audit: () => undefined };
  site = await startSite({ s3, resultsBucket: 'results', root: testSite.site, port: 0, share });
});
afterEach(() => testSite?.closePages());
afterAll(async () => {
  await Promise.all([site?.close(), cloud?.close(), testSite?.close()]);
  await rm(directory, { recursive: true, force: true });
});

const mint = () => mintLink(results, { keyHex, runId, days: 7, now: new Date() });
const linkTo = (token: string): string => shareAddress(site.url, token);
const title = (page: Page): Promise<string | null> => page.locator('h2').first().textContent();

/** Paths that the page asks the server for. */
async function openLink(address: string, prepare: (page: Page) => Promise<unknown> = async () => undefined) {
  const { page, errors } = await openPage(testSite.browser, 'about:blank');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await prepare(page);
  await page.goto(address);
  return { page, errors, asked };
}

const shows = (page: Page) => page.getByText('Agreement between methods').waitFor();

describe('a share link', () => {
  it('opens its run, and nothing in address or history holds the token afterwards', async () => {
    const { token } = await mint();
    const { page, errors, asked } = await openLink(linkTo(token));
    await shows(page);
    expect(await page.locator('h1').textContent()).toContain('pituitary tumor');
    expect(page.url()).toBe(`${site.url}share/#run=${runId}`);
    expect(asked.join('\n')).not.toContain(token.split('.')[3]);
    expect(await page.evaluate(() => [document.referrer, document.cookie, localStorage.length])).toEqual([
      '',
      '',
      0,
    ]);
    expect(asked.filter((path) => path.startsWith('/data/'))).toEqual([]);
    expect(errors).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    if (process.env.CXAI_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.CXAI_SCREENSHOTS, 'share-open.png') });
  });

  it('offers nothing beside that run: no gallery, no neighbors, no model, no editor', async () => {
    const { page } = await openLink(linkTo((await mint()).token));
    await shows(page);
    expect(
      await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href'))),
    ).toEqual(['#main']);
    for (const name of ['All runs', 'Previous run', 'Next run', 'Share', 'Edit & re-run']) {
      expect(
        await page
          .getByRole('button', { name, exact: true })
          .or(page.getByRole('link', { name, exact: true }))
          .count(),
        name,
      ).toBe(0);
    }
  });

  it('stays open over a reload, closes with its revocation, and another run stays closed', async () => {
    const { token, record } = await mint();
    const { page } = await openLink(linkTo(token));
    await shows(page);
    await page.reload();
    await shows(page);
    await page.goto(`${site.url}share/#run=${exampleRunId(7)}`);
    await page.getByText('This run is no longer open to you').waitFor();
    await revokeLink(results, record.id, new Date());
    await page.goto('about:blank');
    await page.goto(`${site.url}share/#run=${runId}`);
    await page.getByText('This run is no longer open to you').waitFor();
  });

  it('says why it does not open: withdrawn, expired, forged, cut short, missing', async () => {
    const { token, record } = await mint();
    await revokeLink(results, record.id, new Date());
    const claim = { runId, id: '0011223344556677', now: Date.now() / 1000 };
    const faults = [
      [token, 'This link has been withdrawn'],
      [mintShareToken(keyHex, { ...claim, now: claim.now - 8 * 86_400 }), 'This link has expired'],
      [mintShareToken('cd'.repeat(32), claim), 'This link is not valid'],
      [token.slice(0, -5), 'This link is not whole'],
      ['', 'This page needs a share link'],
    ] as const;
    const { page } = await openLink('about:blank');
    for (const [text, words] of faults) {
      await page.goto('about:blank');
      await page.goto(linkTo(text));
      await page.locator('h2').waitFor();
      expect(await title(page)).toBe(words);
      expect(page.url()).not.toContain(text || 'token');
    }
    if (process.env.CXAI_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.CXAI_SCREENSHOTS, 'share-missing.png') });
  });

  it('waits for a connection with the token in memory alone, and opens at the second try', async () => {
    let offline = true;
    const { page } = await openLink(linkTo((await mint()).token), (opened) =>
      opened.route('**/share/redeem', (route) => (offline ? route.abort() : route.continue())),
    );
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    expect(await title(page)).toBe('The site cannot be reached');
    offline = false;
    await again.click();
    await shows(page);
  });

  it('opened in a tab that shows another run takes its place', async () => {
    const { page } = await openLink(linkTo((await mint()).token));
    await shows(page);
    const other = exampleManifest(7);
    const { token } = await mintLink(results, { keyHex, runId: other.runId, days: 1, now: new Date() });
    await page.evaluate((fragment) => {
      location.hash = fragment;
    }, token);
    await page.getByText('The image is 8 bit').waitFor();
    expect(page.url()).toBe(`${site.url}share/#run=${other.runId}`);
  });
});

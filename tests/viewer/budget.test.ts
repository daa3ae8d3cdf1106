/** What the pages weigh, and what they must not hold; measured on the site that the other tests look at. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSite } from './fixture/site.ts';

let built: Awaited<ReturnType<typeof buildSite>>;
beforeAll(async () => {
  built = await buildSite();
});
afterAll(() => built?.remove());

/** Scripts a page loads, over static imports, as file names. */
async function scriptsOf(page: string): Promise<string[]> {
  const html = await readFile(join(built.site, page, 'index.html'), 'utf8');
  const found = new Set([...html.matchAll(/_astro\/([\w.$-]+\.js)/g)].map((match) => match[1]!));
  for (const script of found) {
    const code = await readFile(join(built.site, '_astro', script), 'utf8');
    for (const [, name] of code.matchAll(/["']\.\/([\w.$-]+\.js)["']/g)) found.add(name!);
  }
  return [...found];
}

describe('the built site', () => {
  it.each(['.', 'run'])('page %s loads at most 60 kB of compressed script', async (page) => {
    const scripts = await scriptsOf(page);
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = await Promise.all(
      scripts.map(async (name) => gzipSync(await readFile(join(built.site, '_astro', name))).length),
    );
    expect(bytes.reduce((sum, part) => sum + part, 0)).toBeLessThanOrEqual(60_000);
  });

  it('names no other host, runs no inline script and sets no inline style', async () => {
    for (const file of (await readdir(built.site, { recursive: true })).filter((name) =>
      name.endsWith('.html'),
    )) {
      const html = await readFile(join(built.site, file), 'utf8');
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
      expect(html).not.toMatch(/\son\w+=|\sstyle=|<style/);
      expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      expect(html).toContain("script-src 'self'");
      expect(html, 'assets are named relative to the page').not.toMatch(/(?:src|href)="\//);
    }
  });

  it('ships no schema library', async () => {
    const scripts = (await readdir(join(built.site, '_astro'))).filter((name) => name.endsWith('.js'));
    const code = await Promise.all(scripts.map((name) => readFile(join(built.site, '_astro', name), 'utf8')));
    expect(code.join('')).not.toContain('ZodError');
  });
});
